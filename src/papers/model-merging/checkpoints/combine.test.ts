import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFloats, encodeFloats, type FloatDtype } from "../../../kit/dtypes.ts";
import { BadInput, isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import { readElements, readFloats, tensorEntry } from "../../../kit/safetensors.ts";
import { type Checkpoint, openCheckpoint, openCheckpoints } from "./checkpoint.ts";
import { type Coefficients, combineCheckpoints, planCombination } from "./combine.ts";
import { memoryOutput, type Sketch, sketchFile, sketchShards } from "./fixtures.ts";
import { tensorTable } from "./report.ts";
import { tiedTensors } from "./tied.ts";

const open = async (name: string, tensors: readonly Sketch[], metadata?: Record<string, string>): Promise<Checkpoint> =>
  openCheckpoint([await sketchFile(name, tensors, metadata)], "model");

async function combine(models: readonly Checkpoint[], coefficients: Coefficients, base?: Checkpoint, keep?: string[]) {
  const out = memoryOutput();
  const plan = planCombination(models, { ...(base ? { base } : {}), ...(keep ? { keep } : {}) });
  const result = await combineCheckpoints(plan, coefficients, out.open);
  expect(out.state).toEqual({ opened: 1, closed: 1 });
  const merged = await out.read();
  const value = async (name: string) => [...(await readFloats(merged, tensorEntry(merged, name)))];
  return { result, merged, value, bytes: await out.bytes() };
}

const round = (value: number, dtype: FloatDtype): number =>
  decodeFloats(encodeFloats(Float64Array.of(value), dtype), dtype)[0] as number;

const floats: FloatDtype[] = ["F64", "F32", "F16", "BF16"];

describe("combining checkpoints", () => {
  it("gives what the formula gives, tensor by tensor, in every type", async () => {
    const number = fc.float({ min: -8, max: 8, noNaN: true });
    const model = fc.record({ x: fc.array(number, { minLength: 3, maxLength: 3 }), y: number });
    const lambda = fc.array(fc.double({ min: -1, max: 2, noNaN: true }), { minLength: 2, maxLength: 2 });
    const types = fc.array(fc.constantFrom(...floats), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        model,
        fc.tuple(model, model),
        lambda,
        lambda,
        types,
        fc.boolean(),
        async (base, experts, forX, forY, dtypes, withBase) => {
          const sketch = ({ x, y }: typeof base, dtype: FloatDtype | undefined): Sketch[] => [
            { name: "x", values: x, dtype: dtype ?? "F32" },
            { name: "y", values: [y], dtype: dtype ?? "F32" },
          ];
          const all = [base, ...experts];
          const files = await Promise.all(all.map((m, i) => open(`${i}`, sketch(m, dtypes[i]))));
          const [first, ...models] = files as [Checkpoint, ...Checkpoint[]];
          const choose = (name: string): number[] => (name === "x" ? forX : forY);
          const { value } = await combine(models, choose, withBase ? first : undefined);
          const stored = (m: number, v: number): number => round(v, dtypes[m] ?? "F32");
          const wanted = (weights: readonly number[], of: (m: typeof base) => number): number => {
            const [zero = 0, ...own] = all.map((m, i) => stored(i, of(m)));
            const start = withBase ? zero : 0;
            return own.reduce((sum, v, k) => sum + (weights[k] ?? 0) * (v - start), start);
          };
          const dtype = dtypes[withBase ? 0 : 1] ?? "F32";
          const tolerance = { F64: 1e-13, F32: 1e-6, F16: 2e-3, BF16: 1e-2 }[dtype];
          const got = [...(await value("x")), ...(await value("y"))];
          const want = [...[0, 1, 2].map((i) => wanted(forX, (m) => m.x[i] ?? 0)), wanted(forY, (m) => m.y)];
          for (const [i, v] of want.entries())
            expect(Math.abs((got[i] ?? Number.NaN) - v)).toBeLessThanOrEqual(tolerance * 40);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the base at 0 and the only model at 1, bit for bit", async () => {
    const values = (seed: number) => Array.from({ length: 999 }, (_, i) => Math.sin(i * seed) * 10 ** ((i % 7) - 3));
    for (const dtype of floats) {
      const base = await open("base", [{ name: "x", values: values(1.3), dtype }]);
      const model = await open("model", [{ name: "x", values: values(2.1), dtype }]);
      const at = async (lambda: number, like: Checkpoint) => {
        const { merged } = await combine([model], [lambda], base);
        expect(await readElements(merged, tensorEntry(merged, "x"))).toEqual(
          await readElements(like, tensorEntry(like, "x")),
        );
      };
      await at(0, base);
      await at(1, model);
    }
  });

  it("writes the same from shards as from whole files, with types and metadata of the base", async () => {
    const sketch = (by: number): Sketch[] => [
      { name: "w", values: [by, 2 * by], shape: [1, 2] },
      { name: "flag", values: [by % 2], dtype: "BOOL" },
      { name: "b", values: [by], dtype: "F16" },
      { name: "count", values: [by], dtype: "I64" },
    ];
    const base = await openCheckpoint(await sketchShards(sketch(1), [0, 0, 1, 1], "base"), "base");
    const expert = await openCheckpoint(await sketchShards(sketch(5), [1, 0, 0, 1], "expert"), "experts");
    const { value, merged, result } = await combine([expert], [0.5], base);
    expect([await value("w"), await value("b")]).toEqual([[3, 6], [3]]);
    expect(merged.metadata).toEqual({ format: "pt" });
    expect((await readElements(merged, tensorEntry(merged, "count")))[0]).toBe(1);
    expect(result.counts).toEqual({ combined: 3, kept: 2 });
    for (const { start, end, shape } of merged.tensors.values()) {
      const size = (end - start) / shape.reduce((a, b) => a * b, 1);
      expect(start % size).toBe(0);
    }
    const whole = await combine([await open("e", sketch(5))], [0.5], await open("b", sketch(1)));
    expect(await whole.value("w")).toEqual(await value("w"));
  });

  it("keeps heads, and measures distances from the base", async () => {
    const body = (by: number): Sketch => ({ name: "w", values: [by, 1], shape: [2, 1] });
    const base = await open("base", [body(1), { name: "head", values: [7] }]);
    const model = await open("model", [body(3), { name: "other.head", values: [1, 2] }]);
    const { value, result } = await combine([model], [0.5], base, ["head", "other.*"]);
    expect([await value("w"), await value("head")]).toEqual([[2, 1], [7]]);
    expect(result.distances[0]).toBeCloseTo(2 / (Math.sqrt(2) * Math.sqrt(10)) ** 0.5, 12);
    expect(result.counts).toEqual({ combined: 2, kept: 1 });
  });

  it("keeps tied weights tied: saved under both names, they take the first name's coefficients", async () => {
    const sketch = (v: number, other = v): Sketch[] => [
      { name: "embed", values: [v, v], shape: [1, 2] },
      { name: "norm", values: [v + 1] },
      { name: "head", values: [v, other], shape: [1, 2] },
    ];
    const files = [await open("a", sketch(1)), await open("b", sketch(2))] as const;
    const choose = (name: string): number[] => [{ embed: 0.5, norm: 0.25 }[name] ?? 1];
    const { value, result } = await combine([files[1]], choose, files[0]);
    expect([await value("embed"), await value("head"), await value("norm")]).toEqual([[1.5, 1.5], [1.5, 1.5], [2.25]]);
    expect([...result.tied]).toEqual([["head", "embed"]]);
    const untied = await combine([await open("c", sketch(2, 3))], choose, files[0]);
    expect([await untied.value("head"), untied.result.tied.size]).toEqual([[2, 3], 0]);
    expect((await tiedTensors([], ["x"])).size).toBe(0);
  });

  it("takes a pair saved once and a pair saved twice for the same", async () => {
    const once = (v: number) => open(`once ${v}`, [{ name: "embed", values: [v] }], { head: "embed" });
    const twice = (v: number, other = v) =>
      open(`twice ${v}`, [
        { name: "embed", values: [v] },
        { name: "head", values: [other] },
      ]);
    const down = await combine([await twice(3)], [0.5], await once(1));
    expect([[...down.merged.tensors.keys()], await down.value("embed")]).toEqual([["embed"], [2]]);
    const up = await combine([await once(3)], [0.5], await twice(1));
    expect([await up.value("embed"), await up.value("head")]).toEqual([[2], [2]]);
    await expect(combine([await twice(3, 4)], [0.5], await once(1))).rejects.toThrow(
      /twice 3, tensor "head": it differs from "embed", and once 1 has the two tied.*--keep "head"/,
    );
  });

  const x = (values: number[], dtype: FloatDtype = "F32"): Sketch[] => [{ name: "x", values, dtype }];
  it.each<[string, Sketch[][], Coefficients, RegExp]>([
    ["one model", [x([1])], [1], /two or more models/],
    ["NaN", [x([1, 2]), x([1, Number.NaN])], [0.5, 0.5], /^1, tensor "x": element 1 is NaN.*--keep "x"/],
    ["an infinite value under coefficient 0", [x([1]), x([-1 / 0])], [1, 0], /^1, tensor "x": element 0 is -Infinity/],
    ["an overflow", [x([3e38]), x([3e38])], [1, 1], /tensor "x": the weighted sum overflows.*smaller coefficients/],
    ["an F16 overflow", [x([1, 6e4], "F16"), x([1, 6e4], "F16")], [1, 1], /element 1 of the result.*too large for F16/],
    ["a BF16 overflow", [x([1], "BF16"), x([3.4e38])], [0, 1], /too large for BF16/],
    ["too few coefficients", [x([1]), x([1])], [1], /1 coefficients for 2 models/],
    ["a coefficient for one tensor that is NaN", [x([1]), x([1])], () => [1, Number.NaN], /tensor "x".*NaN is not a/],
    [
      "integers against floats",
      [x([1]), [{ name: "x", values: [1], dtype: "I32" }]],
      [1, 1],
      /type is I32.*--keep "x"/,
    ],
    ["8-bit floats", Array(2).fill([{ name: "x", values: [1], dtype: "F8_E4M3" }]), [1, 1], /F8_E4M3.*BF16 first/],
    ["integers only", Array(2).fill([{ name: "x", values: [1], dtype: "I8" }]), [1, 1], /no tensor is left.*quantised/],
  ])("refuses %s", async (_, sketches, coefficients, message) => {
    const files = await Promise.all(sketches.map((sketch, i) => open(`${i}`, sketch)));
    const error = await combine(files, coefficients).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadInput);
    expect((error as Error).message).toMatch(message);
  });

  it("names the shard in which a value is not finite", async () => {
    const sketch = (v: number): Sketch[] => [...x([1]), { name: "y", values: [v] }];
    const models = await openCheckpoints([
      ...(await sketchShards(sketch(1), [0, 1], "good")),
      ...(await sketchShards(sketch(Number.NaN), [0, 1], "bad")),
    ]);
    await expect(combine(models, [0.5, 0.5])).rejects.toThrow(
      /^bad-00002-of-00002\.safetensors, tensor "y": element 0 is NaN/,
    );
  });

  it("shows what would be merged: types that differ, coefficients, and how many tensors there are in all", async () => {
    const many = Array.from({ length: 600 }, (_, i): Sketch => ({ name: `t${i}`, values: [1], dtype: "F16" }));
    const other = many.map((sketch): Sketch => ({ ...sketch, dtype: "BF16" }));
    const [a, b] = [await open("a", many), await open("b", other)];
    const plan = planCombination([a, b], { keep: ["t1"] });
    const table = tensorTable(a, [b], plan.tensors, { labels: ["a", "b"], of: () => [0.25, 0.75] });
    expect(table.title).toBe("Tensors (the first 500 of 600)");
    expect(table.rows.slice(0, 2)).toEqual([
      { tensor: "t0", shape: "1", type: "F16 (from F16, BF16)", treatment: "combined", lambda0: 0.25, lambda1: 0.75 },
      { tensor: "t1", shape: "1", type: "F16", treatment: "kept", lambda0: null, lambda1: null },
    ]);
  });

  it("combines damaged files or refuses them in a sentence, and closes what it opens", async () => {
    const file = await sketchFile("a", [...x([1, 2, 3]), { name: "n", values: [1], dtype: "U8" }], { format: "pt" });
    const bytes = await file.slice(0, file.size ?? 0);
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const copy = bytes.slice();
        for (const [at, value] of list) copy[at] = value;
        const out = memoryOutput();
        try {
          const models = await openCheckpoints([file, memoryFile("b", copy)]);
          await combineCheckpoints(planCombination(models), [0.5, 0.5], out.open);
          expect([...(await out.read()).tensors.keys()]).toEqual(["x", "n"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
        expect(out.state.closed).toBe(out.state.opened);
      }),
      { numRuns: 300 },
    );
  });
});
