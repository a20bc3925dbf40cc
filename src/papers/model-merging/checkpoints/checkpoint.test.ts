import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dtypeBytes } from "../../../kit/dtypes.ts";
import { BadInput, isBadInput } from "../../../kit/errors.ts";
import { type InputFile, memoryFile } from "../../../kit/files.ts";
import { readFloats, readTree, tensorEntry } from "../../../kit/safetensors.ts";
import { entryOf, openCheckpoint, openCheckpoints, tensorPlace } from "./checkpoint.ts";
import { planCombination } from "./combine.ts";
import { type Sketch, sketchFile, sketchShards } from "./fixtures.ts";

const tensors: Sketch[] = [
  { name: "a", values: [1, 2, 3] },
  { name: "b", values: [4], dtype: "F16" },
  { name: "c", values: [5, 6], dtype: "F64" },
  { name: "d", values: [1], dtype: "BOOL" },
];

const jsonFile = (weights: unknown): InputFile =>
  memoryFile("model.safetensors.index.json", JSON.stringify({ weight_map: weights }));

describe("checkpoints", () => {
  it("reads shards and their index as one file, however the tensors are divided", async () => {
    const whole = await readTree(await openCheckpoint([await sketchFile("m", tensors)], "model"));
    const divided = fc.array(fc.nat(2), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(divided, fc.nat(9), async (parts, turn) => {
        const files = await sketchShards(tensors, parts);
        const order = files.map((_, i) => files[(i + turn) % files.length] as InputFile);
        const joined = await openCheckpoint(order, "model");
        expect(await readTree(joined)).toEqual(whole);
        expect(joined.metadata).toEqual({ format: "pt" });
        const sizes = [...joined.tensors.values()].map(({ dtype }) => dtypeBytes[dtype]);
        expect(sizes).toEqual([...sizes].sort((x, y) => y - x)); // no tensor of a merged file lies askew
        expect(tensorPlace(joined, "c")).toMatch(/^model-0000\d-of-0000\d\.safetensors, tensor "c"$/);
      }),
      { numRuns: 25 },
    );
  });

  it("reads the joined bytes as a stream too", async () => {
    const joined = await openCheckpoint(await sketchShards(tensors, [0, 1, 0, 1]), "model");
    let size = 0;
    for await (const chunk of joined.file.stream()) size += chunk.byteLength;
    expect(size).toBe(joined.file.size);
  });

  it("tells models of the same file names apart, in their order", async () => {
    const shift = (by: number): Sketch[] => [
      { name: "x", values: [by] },
      { name: "y", values: [by + 1] },
    ];
    const files = [
      ...(await sketchShards(shift(0), [0, 1])),
      await sketchFile("model.safetensors", shift(10)),
      ...(await sketchShards(shift(20), [0, 1])),
      await sketchFile("model.safetensors", shift(30)),
    ];
    const models = await openCheckpoints(files);
    expect(models.map(({ file }) => file.name)).toEqual([
      "model.safetensors.index.json",
      "model.safetensors",
      "model.safetensors.index.json (2)",
      "model.safetensors (2)",
    ]);
    const values = await Promise.all(models.map(async (m) => (await readFloats(m, tensorEntry(m, "y")))[0]));
    expect(values).toEqual([1, 11, 21, 31]);
    expect(models[2] && tensorPlace(models[2], "y")).toBe('model-00002-of-00002.safetensors (2), tensor "y"');
  });

  it("answers to both names of a tied pair that is saved once", async () => {
    const file = await sketchFile("m", [{ name: "embed", values: [1] }], { head: "embed", format: "pt" });
    const model = await openCheckpoint([file], "model");
    expect(entryOf(model, "head")?.name).toBe("embed");
    expect(entryOf(model, "format")).toBeUndefined();
    expect(entryOf(model, "toString")).toBeUndefined();
  });

  const shards = (): Promise<InputFile[]> => sketchShards(tensors, [0, 0, 1, 1]);
  it.each<[string, () => Promise<InputFile[]>, RegExp]>([
    [
      "a missing shard",
      async () => (await shards()).slice(1),
      /^model\.safetensors\.index\.json: the shard model-00001-of-00002\.safetensors is missing/,
    ],
    [
      "a tensor that the index does not list",
      async () => [await sketchFile("s", tensors), jsonFile({ a: "s" })],
      /^s, tensor "b": model\.safetensors\.index\.json does not list the tensor.*same checkpoint/,
    ],
    [
      "a tensor that the shard lacks",
      async () => [await sketchFile("s", []), jsonFile({ a: "s" })],
      /^s, tensor "a": the tensor is missing/,
    ],
    [
      "a tensor in another shard than the index says",
      async () => [
        await sketchFile("s", tensors.slice(0, 2)),
        await sketchFile("t", tensors.slice(0, 1)),
        jsonFile({ a: "s", b: "s", c: "t" }),
      ],
      /^t, tensor "a": model\.safetensors\.index\.json says it lies in s/,
    ],
    ["an index that is not JSON", async () => [memoryFile("i.json", "{")], /^i\.json: the file is not valid JSON/],
    ["an index without a map", async () => [memoryFile("i.json", "{}")], /"weight_map".*An index reads/],
    ["an empty index", async () => [jsonFile({})], /"weight_map" is empty/],
    ["a binary index", async () => [memoryFile("i.json", Uint8Array.of(255, 0, 254))], /UTF-8/],
    ["no file", async () => [], /--model: there is no checkpoint/],
    [
      "two models where one is wanted",
      async () => [await sketchFile("a", tensors), await sketchFile("b", tensors)],
      /--model: there is more than one.*index/,
    ],
  ])("refuses %s", async (_, files, message) => {
    const error = await openCheckpoint(await files(), "model").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadInput);
    expect((error as Error).message).toMatch(message);
  });

  it("asks for the index when shards are given alone", async () => {
    const [first, second] = await openCheckpoints((await shards()).slice(0, 2));
    expect(() => planCombination([first, second].filter((m) => m !== undefined))).toThrow(
      /model-00002-of-00002\.safetensors, tensor "a".*one shard of 2.*index\.json/,
    );
  });

  it("refuses damaged shards and indexes in a sentence, and nothing else happens", async () => {
    const good = await Promise.all(
      (await shards()).map(async (file) => ({ name: file.name, bytes: await file.slice(0, file.size ?? 0) })),
    );
    const damage = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(bytes.length).map((length) => bytes.slice(0, length)),
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }).map((changes) => {
          const copy = bytes.slice();
          for (const [at, value] of changes) copy[at] = value;
          return copy;
        }),
        fc.json({ maxDepth: 3 }).map((text) => new TextEncoder().encode(text)),
        fc
          .dictionary(fc.string(), fc.constantFrom(...good.map(({ name }) => name), "__proto__"), { maxKeys: 3 })
          .map((map) => new TextEncoder().encode(JSON.stringify({ weight_map: map }))),
      );
    const cases = fc
      .nat(good.length - 1)
      .chain((which) => damage((good[which] as (typeof good)[0]).bytes).map((bytes) => ({ which, bytes })));
    await fc.assert(
      fc.asyncProperty(cases, async ({ which, bytes }) => {
        const files = good.map((file, i) => memoryFile(file.name, i === which ? bytes : file.bytes));
        try {
          await readTree(await openCheckpoint(files, "model"));
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
