import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import { Random } from "../../../kit/random.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { lightningAttention } from "./lightning-attention.ts";
import { randomArray } from "./random-array.ts";
import { tools } from "./tool.ts";
import { TransNormer } from "./trans-normer.ts";

const [train, attend] = tools;

const attendOn = (name: string, content: string | Uint8Array, options = {}) =>
  applyTool(attend, toolInput({ tensors: { [name]: content } }), options);
const json = (document: unknown, options = {}) => attendOn("x.json", JSON.stringify(document), options);
const numbers = (text: string) => JSON.parse(text) as { out: number[][]; state: number[][] };

describe("attend", () => {
  it("works on its sample, the same in chunks as in one call", async () => {
    const { outputs, tables, summary, text } = await applySample(attend);
    expect(Object.keys(outputs)).toEqual(["attended.json"]);
    expect(tables.heads?.rows).toHaveLength(4);
    expect(summary).toContain("4 sequences of 48 tokens");
    const [file] = (await attend.sample()).files;
    const whole = await attendOn("qkv.json", file?.content ?? "");
    const flat = (value: string) =>
      JSON.stringify(JSON.parse(value))
        .match(/-?[\d.]+(e-?\d+)?/g)
        ?.map(Number) ?? [];
    const [chunked, once] = [flat(text("attended.json")), flat(whole.text("attended.json"))];
    expect(chunked).toHaveLength(4 * (48 * 8 + 64));
    chunked.forEach((value, i) => {
      expect(value).toBeCloseTo(once[i] as number, 4);
    });
  });

  it("gives exactly the outputs and the state of a tiny input, and goes on from a state", async () => {
    const [q, k, v] = [
      [[1], [1]],
      [[1], [2]],
      [[3], [5]],
    ];
    const { text } = await json({ q, k, v }, { slopes: "none" });
    expect(numbers(text("attended.json"))).toEqual({ out: [[3], [13]], state: [[13]] });
    const onward = await json({ q, k, v, state: [[100]] }, { decay: [0] });
    expect(numbers(onward.text("attended.json"))).toEqual({ out: [[103], [113]], state: [[113]] });
  });

  it("streams safetensors of half precision, chunk by chunk, to what one call gives", async () => {
    const random = new Random(1);
    const tree = { q: randomArray(random, [2, 3, 50, 4]), k: randomArray(random, [2, 3, 50, 4]) };
    const v = randomArray(random, [2, 3, 50, 6]);
    const bytes = treeToSafetensors({ ...tree, v });
    const { outputs } = await attendOn("x.safetensors", bytes, { decay: [0.1, 0.2, 0.3], chunk: 7 });
    const file = await openSafetensors(memoryFile("out", outputs["attended.safetensors"] ?? new Uint8Array()));
    const result = await readTree(file);
    const wanted = lightningAttention(tree.q, tree.k, v, Float32Array.of(0.1, 0.2, 0.3));
    for (const [name, { data, shape }] of [
      ["out", wanted.out],
      ["state", wanted.state],
    ] as const) {
      expect(result[name]?.shape).toEqual(shape);
      result[name]?.data.forEach((value, i) => {
        expect(value).toBeCloseTo(data[i] as number, 4);
      });
    }
  });

  it("says what does not fit, and where", async () => {
    const fine = { q: [[1, 2]], k: [[1, 2]], v: [[1]] };
    await expect(json({ q: [[1]], k: [[1]] })).rejects.toThrow('x.json: there is no "v". The names are q, k.');
    await expect(json({ ...fine, k: [[1]] })).rejects.toThrow(/x\.json, k: the shape is \[1,1\]/);
    await expect(json({ ...fine, v: [[1], [2]] })).rejects.toThrow(/x\.json, v/);
    await expect(json({ ...fine, q: [[1, 2], [3]] })).rejects.toThrow("x.json, q[1]: there is a list of 1");
    await expect(json({ ...fine, q: [[1, "a"]] })).rejects.toThrow('q[0][1]: there is the text "a"');
    await expect(json({ ...fine, q: [1, 2] })).rejects.toThrow(/\[n, d\] or/);
    await expect(json({ q: [[]], k: [[]], v: [[]] })).rejects.toThrow(/empty axis/);
    await expect(json({ ...fine, state: [[1]] })).rejects.toThrow(/x\.json, state/);
    await expect(json({ ...fine, q: [[1e300, 1]] })).rejects.toThrow(/\[0, 0\] is Infinity/);
    await expect(json({ q: [[1e30]], k: [[1e30]], v: [[1]] })).rejects.toThrow(/exceed single precision/);
    await expect(json(fine, { decay: [1, 2] })).rejects.toThrow("--decay: 2 rates are given and x.json has 1 heads");
    await expect(json(fine, { layer: 3 })).rejects.toThrow(/--layer/);
    await expect(attendOn("x.json", "[1")).rejects.toThrow(/not JSON/);
    await expect(attendOn("x.json", "[1]")).rejects.toThrow(/object with q, k and v/);
    const q = { data: Float32Array.of(1, Number.NaN), shape: [2, 1] };
    const broken = treeToSafetensors({ q, k: q, v: q });
    await expect(attendOn("x.safetensors", broken)).rejects.toThrow('tensor "q": element [1, 0] is NaN');
    await expect(attendOn("x.safetensors", treeToSafetensors({ q }))).rejects.toThrow(/no tensor "k"/);
    await expect(applyTool(attend, {})).rejects.toThrow(/no file/);
  });

  it("never fails in another way, and leaves no output behind when it does", async () => {
    const cell = fc.oneof(fc.double(), fc.constantFrom(null, "x", 1e39, -0, true), fc.integer());
    const matrix = fc.array(fc.array(cell, { maxLength: 3 }), { maxLength: 3 });
    const documents = fc
      .oneof(
        fc.record({ q: matrix, k: matrix, v: matrix }),
        fc.json().map((text) => JSON.parse(text) as unknown),
      )
      .map((document) => ["x.json", new TextEncoder().encode(JSON.stringify(document))] as const);
    const random = new Random(2);
    const valid = treeToSafetensors({
      q: randomArray(random, [5, 2]),
      k: randomArray(random, [5, 2]),
      v: randomArray(random, [5, 3]),
    });
    const damaged = fc
      .record({ cut: fc.integer({ min: 0, max: valid.length }), at: fc.nat(valid.length - 1), byte: fc.nat(255) })
      .map(({ cut, at, byte }) => {
        const bytes = valid.slice(0, cut % 3 === 0 ? valid.length : cut);
        if (at < bytes.length) bytes[at] = byte;
        return ["x.safetensors", bytes] as const;
      });
    const noise = fc.tuple(fc.constantFrom("x.json", "x.safetensors"), fc.uint8Array({ maxLength: 100 }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(documents, damaged, noise), async ([name, content]) => {
        let result: Awaited<ReturnType<typeof attendOn>>;
        try {
          result = await attendOn(name, content, { chunk: 2 });
        } catch (error) {
          if (!isBadInput(error)) throw error;
          return;
        }
        expect(Object.keys(result.outputs)).toHaveLength(1);
      }),
      { numRuns: 400 },
    );
  });
});

const trainOn = (content: string | Uint8Array, options = {}, name = "notes.txt") =>
  applyTool(train, toolInput({ text: { [name]: content } }), {
    dModel: 8,
    heads: 2,
    layers: 1,
    context: 16,
    batch: 2,
    tokens: 1000,
    length: 20,
    ...options,
  });

describe("train", () => {
  it("works on its sample and learns from it", async () => {
    const { outputs, tables, charts, notes, summary } = await applySample(train);
    expect(Object.keys(outputs)).toEqual(["model.safetensors"]);
    const rows = tables.loss?.rows ?? [];
    expect(Number(rows[rows.length - 1]?.heldOut)).toBeLessThan(2.4);
    expect(charts.loss?.alt).toContain("held-out");
    expect(notes.join()).toContain("The model continues");
    expect(summary).toMatch(/held-out loss [\d.]+ nats/);
  });

  it("writes a model that can be read back and gives the same text for the same seed", async () => {
    const text = "the cat sat on the mat. ".repeat(40);
    const [first, second] = [await trainOn(text, { prompt: "the" }), await trainOn(text, { prompt: "the" })];
    expect(first.outputs["model.safetensors"]).toEqual(second.outputs["model.safetensors"]);
    expect(first.notes).toEqual(second.notes);
    expect(first.notes.join()).toContain("    the");
    const file = await openSafetensors(memoryFile("m", first.outputs["model.safetensors"] ?? new Uint8Array()));
    const config = JSON.parse(file.metadata.config ?? "{}") as TransNormer["config"];
    const model = new TransNormer({ ...config, random: new Random(0) });
    model.load(await readTree(file));
    expect(config.vocab).toBe((JSON.parse(file.metadata.alphabet ?? "[]") as string[]).length);
    expect(model.loss(Int32Array.from({ length: 30 }, (_, i) => i % config.vocab))).toBeGreaterThan(0);
  });

  it("reads bytes of any file", async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256);
    const { summary } = await trainOn(bytes, { unit: "byte" }, "picture.bin");
    expect(summary).toContain("256 symbols");
    await expect(trainOn(bytes)).rejects.toThrow("notes.txt: the file is not UTF-8 text");
  });

  it("says what does not fit", async () => {
    await expect(trainOn("")).rejects.toThrow("notes.txt: the file is empty.");
    await expect(trainOn("too short a text")).rejects.toThrow(/16 characters and windows of 16 need at least 35/);
    await expect(trainOn("abc".repeat(100), { heads: 3 })).rejects.toThrow(/--d-model: a width of 8/);
    const memory = { dModel: 512, heads: 4, layers: 8, context: 4096, batch: 64 };
    await expect(trainOn("abc".repeat(100), memory)).rejects.toThrow(/--batch: a training step takes about/);
    const many = Array.from({ length: 2500 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join("");
    await expect(trainOn(many)).rejects.toThrow(/2500 different characters.*--unit byte/);
    await expect(applyTool(train, {})).rejects.toThrow(/no text/);
  });

  it("never fails in another way", async () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "grapheme", minLength: 40, maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
    );
    const options = fc.record({
      unit: fc.constantFrom("character" as const, "byte" as const),
      learningRate: fc.constantFrom(1e-3, 0.1),
      temperature: fc.constantFrom(0, 2),
      prompt: fc.constantFrom("", "é\n"),
    });
    await fc.assert(
      fc.asyncProperty(contents, options, async (content, given) => {
        try {
          const { outputs } = await trainOn(content, { ...given, length: 3 });
          expect(Object.keys(outputs)).toEqual(["model.safetensors"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 40 },
    );
  });
});
