import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dtype, decodeFloats, dtypeBytes, encodeFloats, type FloatDtype } from "./dtypes.ts";
import { BadInput, isBadInput } from "./errors.ts";
import { type InputFile, memoryFile } from "./files.ts";
import type { ParamTree } from "./nets/tree.ts";
import {
  openSafetensors,
  readElements,
  readFloats,
  readTree,
  type TensorSpec,
  tensorEntry,
  treeToSafetensors,
  writeSafetensors,
} from "./safetensors.ts";

/** An output that keeps what it is given. */
function sink() {
  const chunks: Uint8Array[] = [];
  let closed = false;
  return {
    output: {
      write: async (data: string | Uint8Array) => {
        chunks.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
      },
      close: async () => {
        closed = true;
      },
    },
    bytes: async () => new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()),
    closed: () => closed,
  };
}

/** A file with any header, valid or not. */
function fileOf(header: unknown, data: number | Uint8Array = 0, text = JSON.stringify(header)): InputFile {
  const json = new TextEncoder().encode(text);
  const tail = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + json.length + tail.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(tail, 8 + json.length);
  return memoryFile("w.safetensors", bytes);
}

describe("number types", () => {
  it("decodes and encodes every half-precision number", () => {
    const words = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = decodeFloats(new Uint8Array(words.buffer), "F16");
    expect([values[0x3c00], values[0xc000], values[1], values[0x7bff]]).toEqual([1, -2, 2 ** -24, 65504]);
    const back = new Uint16Array(encodeFloats(values, "F16").buffer);
    for (let i = 0; i < 65536; i++) if (!Number.isNaN(values[i])) expect(back[i]).toBe(i);
  });

  it("rounds to the nearest half, ties to even", () => {
    const halves = (x: number) => decodeFloats(encodeFloats(Float32Array.of(x), "F16"), "F16")[0] as number;
    expect(halves(1 + 2 ** -11)).toBe(1);
    expect(halves(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(halves(2 ** -25)).toBe(0);
    expect(halves(1.5 * 2 ** -24)).toBe(2 ** -23);
    expect([halves(65519), halves(65520), halves(Number.NaN)]).toEqual([65504, Number.POSITIVE_INFINITY, Number.NaN]);
    const nextTo = new Uint16Array(1);
    fc.assert(
      fc.property(fc.float({ min: Math.fround(-70000), max: Math.fround(70000), noNaN: true }), (x) => {
        nextTo.set(new Uint16Array(encodeFloats(Float32Array.of(x), "F16").buffer));
        const found = halves(x);
        expect(Number.isFinite(found)).toBe(Math.abs(x) < 65520);
        if (!Number.isFinite(found)) return;
        for (const step of [-1, 1]) {
          const other = decodeFloats(
            new Uint8Array(Uint16Array.of((nextTo[0] as number) + step).buffer),
            "F16",
          )[0] as number;
          if (Number.isFinite(other)) expect(Math.abs(found - x)).toBeLessThanOrEqual(Math.abs(other - x));
        }
      }),
    );
  });

  it("rounds to bfloat16 and keeps NaN", () => {
    const brain = (x: number) => decodeFloats(encodeFloats(Float32Array.of(x), "BF16"), "BF16")[0];
    expect([brain(1), brain(1 + 2 ** -8), brain(1 + 3 * 2 ** -8)]).toEqual([1, 1, 1 + 2 ** -6]);
    expect([brain(-3.4e38), brain(Number.NaN)]).toEqual([Number.NEGATIVE_INFINITY, Number.NaN]);
  });

  it("reads numbers that lie askew", () => {
    const bytes = new Uint8Array(9);
    bytes.set(encodeFloats(Float32Array.of(1.5, -2), "F32"), 1);
    expect([...decodeFloats(bytes.subarray(1), "F32")]).toEqual([1.5, -2]);
  });
});

const spec = fc.record({
  dtype: fc.constantFrom(...(Object.keys(dtypeBytes) as Dtype[])),
  shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
});

describe("safetensors", () => {
  it("gives back what was written: names, types, shapes, bytes, metadata", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), spec), { selector: ([name]) => name, maxLength: 6 }),
        fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
        async (named, metadata) => {
          const reserved = ["__proto__", "__metadata__"];
          const specs = named
            .map(([name, rest]): TensorSpec => ({ name, ...rest }))
            .filter((s) => !reserved.includes(s.name));
          const bytes = specs.map(({ shape, dtype }) => {
            const size = shape.reduce((a, b) => a * b, 1) * dtypeBytes[dtype];
            return Uint8Array.from({ length: size }, (_, i) => (i * 37) % 251);
          });
          const target = sink();
          const writer = await writeSafetensors(target.output, specs, metadata);
          for (const part of bytes) {
            await writer.write(part.subarray(0, 3));
            await writer.write(part.subarray(3));
          }
          await writer.close();
          expect(target.closed()).toBe(true);
          const opened = await openSafetensors(memoryFile("w.safetensors", await target.bytes()));
          expect(opened.metadata).toEqual(
            Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "__proto__")),
          );
          expect(opened.tensors.size).toBe(specs.length);
          for (const [i, { name, dtype, shape }] of specs.entries()) {
            const entry = tensorEntry(opened, name);
            expect([entry.dtype, entry.shape]).toEqual([dtype, shape]);
            expect([...(await readElements(opened, entry))]).toEqual([...(bytes[i] ?? [])]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reads a file laid out by hand, in parts and from a stream", async () => {
    const data = new Uint8Array(12);
    data.set(encodeFloats(Float32Array.of(1, 2), "F32"));
    data.set(encodeFloats(Float32Array.of(-0.5, 4), "BF16"), 8);
    const header = {
      __metadata__: { format: "pt" },
      b: { dtype: "BF16", shape: [2], data_offsets: [8, 12] },
      a: { dtype: "F32", shape: [1, 2], data_offsets: [0, 8] },
    };
    const file = fileOf(header, data, `${JSON.stringify(header)}   `);
    const opened = await openSafetensors({ ...file, seekable: false, size: undefined });
    expect([...opened.tensors.keys()]).toEqual(["a", "b"]);
    expect(opened.metadata).toEqual({ format: "pt" });
    expect([...(await readFloats(opened, tensorEntry(opened, "b")))]).toEqual([-0.5, 4]);
    expect([...(await readFloats(opened, tensorEntry(opened, "a"), 1, 2))]).toEqual([2]);
    const tree = await readTree(opened, { select: ({ name }) => name === "a" });
    expect(tree).toEqual({ a: { data: Float32Array.of(1, 2), shape: [1, 2] } });
    await expect(readTree(opened, { maxParameters: 3 })).rejects.toThrow(/4 parameters.*limit is 3/);
  });

  it("writes a tree that it reads again", async () => {
    const tree: ParamTree = {
      "10": { data: Float32Array.of(1, 2, 3), shape: [3] },
      "2": { data: Float32Array.of(4), shape: [] },
    };
    const opened = await openSafetensors(memoryFile("t", treeToSafetensors(tree, { kind: "test" })));
    expect(await readTree(opened)).toEqual(tree);
    expect(opened.metadata).toEqual({ kind: "test" });
  });

  const f32 = (shape: unknown, data_offsets: unknown, dtype: unknown = "F32") => ({ dtype, shape, data_offsets });
  it.each<[string, InputFile, RegExp]>([
    ["five bytes", memoryFile("w", new Uint8Array(5)), /5 bytes.*at least 8/],
    ["text", memoryFile("w", "not a file of weights at all"), /limit.*Is it a safetensors file/],
    ["a cut header", memoryFile("w", Uint8Array.of(40, 0, 0, 0, 0, 0, 0, 0, 123)), /inside its header of 40/],
    ["a header that is no JSON", fileOf(0, 0, "{..."), /not JSON/],
    ["a header that is a list", fileOf([]), /not a JSON object/],
    ["an unknown type", fileOf({ a: f32([1], [0, 4], "F31") }, 4), /tensor "a".*"F31" is not one of F64/],
    ["no type", fileOf({ a: { shape: [], data_offsets: [0, 4] } }, 4), /\(none\)/],
    ["a negative size", fileOf({ a: f32([-1], [0, 4]) }, 4), /not a list of sizes/],
    ["many axes", fileOf({ a: f32(Array(17).fill(1), [0, 4]) }, 4), /17 axes/],
    ["a bad shape", fileOf({ a: f32([2], [0, 4]) }, 4), /takes 8 bytes and data_offsets span 4/],
    ["a huge shape", fileOf({ a: f32([2 ** 40, 2 ** 40], [0, 4]) }, 4), /takes .* bytes/],
    ["offsets out of order", fileOf({ a: f32([1], [4, 0]) }, 4), /two positions in order/],
    ["offsets of three", fileOf({ a: f32([1], [0, 4, 8]) }, 4), /two positions in order/],
    ["a truncated tensor", fileOf({ a: f32([2], [0, 8]) }, 5), /cut short/],
    ["trailing bytes", fileOf({ a: f32([1], [0, 4]) }, 9), /5 bytes after the last tensor/],
    ["an overlap", fileOf({ a: f32([2], [0, 8]), b: f32([2], [4, 12]) }, 12), /tensor "b".*overlaps/],
    ["a hole", fileOf({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12), /4 unused bytes/],
    ["metadata that is no text", fileOf({ __metadata__: { a: 1 } }), /metadata "a" is not text/],
    ["an entry that is no object", fileOf({ a: 3 }), /entry "a"/],
    ["a forbidden name", fileOf(0, 4, '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'), /this name/],
  ])("refuses %s", async (_, file, message) => {
    const error = await openSafetensors(file).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadInput);
    expect((error as Error).message).toMatch(message);
  });

  it("never fails in another way on damaged files", async () => {
    const good = treeToSafetensors({ a: { data: new Float32Array(9), shape: [3, 3] } }, { k: "v" });
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(good.length).map((length) => good.slice(0, length)),
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
        const copy = good.slice();
        for (const [at, value] of changes) copy[at] = value;
        return copy;
      }),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        try {
          await readTree(await openSafetensors(memoryFile("w", bytes)));
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("names what is missing, what is not a number, and what is not finite", async () => {
    const tree = { a: { data: Float32Array.of(1, Number.NaN), shape: [2] } };
    const opened = await openSafetensors(memoryFile("w", treeToSafetensors(tree)));
    expect(() => tensorEntry(opened, "b")).toThrow(/no tensor "b".*The tensors are a\./);
    await expect(readTree(opened)).rejects.toThrow(/tensor "a".*element 1 is NaN/);
    const ints = await openSafetensors(fileOf({ a: f32([1], [0, 4], "I32") }, 4));
    await expect(readFloats(ints, tensorEntry(ints, "a"))).rejects.toThrow(/type is I32/);
  });

  it("does not let a writer end early or write too much", async () => {
    const one: TensorSpec[] = [{ name: "a", dtype: "F32" as FloatDtype, shape: [1] }];
    const writer = await writeSafetensors(sink().output, one);
    await expect(writer.close()).rejects.toThrow(/4 bytes fewer/);
    await expect(writer.write(new Uint8Array(5))).rejects.toThrow(/1 bytes more/);
    await expect(writeSafetensors(sink().output, [...one, ...one])).rejects.toThrow(/share a name/);
  });
});
