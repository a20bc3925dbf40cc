import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dtype, encodeFloats, type FloatDtype } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { type InputFile, memoryFile } from "../../../kit/files.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { OutputFile } from "../../../kit/paper.ts";
import {
  openSafetensors,
  readFloats,
  readTree,
  type Safetensors,
  tensorEntry,
  treeToSafetensors,
  writeSafetensors,
} from "../../../kit/safetensors.ts";
import { fisherMerge } from "./fisher-merge.ts";
import { mergeFiles, planMerge, scanFishers } from "./merge-files.ts";

const tree = (entries: Record<string, number[]>): ParamTree =>
  Object.fromEntries(
    Object.entries(entries).map(([name, data]) => [name, { data: Float32Array.from(data), shape: [data.length] }]),
  );

const open = (name: string, content: ParamTree, metadata?: Record<string, string>): Promise<Safetensors> =>
  openSafetensors(memoryFile(name, treeToSafetensors(content, metadata)));

/** An output in memory that counts how often it was opened and closed. */
function target() {
  const chunks: Uint8Array[] = [];
  const state = { opened: 0, closed: 0 };
  const output: OutputFile = {
    async write(data) {
      chunks.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
    },
    async close() {
      state.closed += 1;
    },
  };
  return {
    state,
    open: async () => {
      state.opened += 1;
      return output;
    },
    file: async () => memoryFile("merged", new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer())),
  };
}

async function typedFile(
  name: string,
  tensors: { name: string; dtype: Dtype; values: number[] }[],
): Promise<Safetensors> {
  const out = target();
  const specs = tensors.map(({ name: tensor, dtype, values }) => ({ name: tensor, dtype, shape: [values.length] }));
  const writer = await writeSafetensors(await out.open(), specs);
  for (const { dtype, values } of tensors) {
    const bytes =
      dtype === "I64"
        ? new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)
        : encodeFloats(Float64Array.from(values), dtype as FloatDtype);
    await writer.write(bytes);
  }
  await writer.close();
  const { slice, stream, size, seekable } = await out.file();
  return openSafetensors({ name, slice, stream, size, seekable });
}

describe("merging files", () => {
  it("gives what the merge in memory gives", async () => {
    const number = fc.float({ min: -5, max: 5, noNaN: true });
    const weight = fc.float({ min: 0, max: 3, noNaN: true });
    const four = (values: fc.Arbitrary<number>) => fc.array(values, { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        four(number),
        four(number),
        four(weight),
        four(weight),
        fc.boolean(),
        async (a, b, f, g, favorTarget) => {
          const split = (v: number[]) => tree({ x: v.slice(0, 3), y: v.slice(3) });
          const [models, fishers] = [
            [split(a), split(b)],
            [split([...f.slice(0, 3), 1]), split([...g.slice(0, 3), 1])],
          ];
          const files = await Promise.all([...models, ...fishers].map((t, i) => open(`${i}`, t)));
          const plan = planMerge(files.slice(0, 2), files.slice(2));
          const out = target();
          const options = { coefficients: [0.3, 0.7], favorTarget };
          await mergeFiles(plan, await scanFishers(plan), out.open, options);
          expect(out.state).toEqual({ opened: 1, closed: 1 });
          const merged = await readTree(await openSafetensors(await out.file()));
          expect(merged).toEqual(fisherMerge(models, fishers, options));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("merges tensors of more than one stretch, whatever the order in the other file", async () => {
    const length = (1 << 20) + 77;
    const [a, b] = [new Float32Array(length).fill(1), Float32Array.from({ length }, (_, i) => i % 9)];
    const small = { data: Float32Array.of(4), shape: [1] };
    const files = await Promise.all([
      open("a", { big: { data: a, shape: [length] }, small }),
      open("b", { small, big: { data: b, shape: [length] } }),
    ]);
    const out = target();
    const seen: number[] = [];
    await mergeFiles(planMerge(files, undefined), [], out.open, {}, (done, of) => void seen.push(done / of));
    const merged = await openSafetensors(await out.file());
    const big = await readFloats(merged, tensorEntry(merged, "big"));
    for (const i of [0, 5, 1 << 20, length - 1]) expect(big[i]).toBe((1 + (i % 9)) / 2);
    expect(seen.at(-1)).toBeCloseTo(1, 12);
    expect([...seen].sort((x, y) => x - y)).toEqual(seen);
  });

  it("keeps types, metadata, heads and counters of the first model, and averages where told", async () => {
    const make = (name: string, at: number) =>
      typedFile(name, [
        { name: "half", dtype: "F16", values: [at, 1] },
        { name: "brain", dtype: "BF16", values: [at] },
        { name: "wide", dtype: "F64", values: [at + 1e-12] },
        { name: "bn.running_mean", dtype: "F32", values: [at] },
        { name: "bn.count", dtype: "I64", values: [at] },
        { name: "head.weight", dtype: "F32", values: new Array<number>(1 + at).fill(at) },
      ]);
    const models = await Promise.all([make("a", 0), make("b", 2)]);
    const fisher = await open("f", tree({ half: [1, 1], brain: [1], wide: [1] }));
    const plan = planMerge(models, [fisher, fisher], { keep: ["head.*"], average: ["*.running_mean"] });
    expect(plan.tensors.map(({ treatment }) => treatment)).toEqual([
      "merged",
      "merged",
      "merged",
      "averaged",
      "kept",
      "kept",
    ]);
    const out = target();
    const result = await mergeFiles(plan, await scanFishers(plan), out.open, { coefficients: [0.5, 0.5] });
    expect(result.counts).toEqual({ merged: 4, averaged: 1, kept: 2 });
    const merged = await openSafetensors(await out.file());
    expect([...merged.tensors.values()].map(({ dtype }) => dtype)).toEqual(["F16", "BF16", "F64", "F32", "I64", "F32"]);
    const value = async (name: string) => [...(await readFloats(merged, tensorEntry(merged, name)))];
    expect([await value("half"), await value("brain"), await value("bn.running_mean")]).toEqual([[1, 1], [1], [1]]);
    expect((await value("wide"))[0]).toBeCloseTo(1 + 1e-12, 14);
    expect(await value("head.weight")).toEqual([0]);
  });

  it("measures how far models lie apart: far below 1 for relatives, near √2 for strangers", async () => {
    const wave = (phase: number) => Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * 1.7 + phase));
    const matrix = (data: Float32Array): ParamTree => ({ w: { data, shape: [64, 64] } });
    const files = await Promise.all([
      open("a", matrix(wave(0))),
      open("b", matrix(wave(0.01))),
      open("c", matrix(wave(Math.PI / 2))),
    ]);
    const { distances } = await mergeFiles(planMerge(files, undefined), [], target().open);
    expect(distances[0]).toBe(0);
    expect(distances[1]).toBeLessThan(0.05);
    expect(distances[2]).toBeCloseTo(Math.SQRT2, 2);
  });

  it("adds up the norm over all merged tensors", async () => {
    const [model, fisher] = await Promise.all([
      open("a", tree({ x: [1], y: [1] })),
      open("f", tree({ x: [3], y: [4], z: [100] })),
    ]);
    expect(await scanFishers(planMerge([model, model], [fisher, fisher]))).toEqual([5, 5]);
  });

  it("closes its output when a value turns out not to be finite, and names it", async () => {
    const files = await Promise.all([open("a", tree({ x: [1, 2] })), open("b", tree({ x: [1, Number.NaN] }))]);
    const out = target();
    const error = await mergeFiles(planMerge(files, undefined), [], out.open).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadInput);
    expect((error as Error).message).toMatch(/b, tensor "x": element 1 is NaN/);
    expect(out.state).toEqual({ opened: 1, closed: 1 });
  });

  it("opens no output when the options are wrong", async () => {
    const files = await Promise.all([open("a", tree({ x: [1] })), open("b", tree({ x: [2] }))]);
    const out = target();
    await expect(mergeFiles(planMerge(files, undefined), [], out.open, { coefficients: [1] })).rejects.toThrow(
      BadInput,
    );
    const blind = planMerge(files, files);
    await expect(mergeFiles(blind, [0, 1], out.open)).rejects.toThrow(/0 everywhere/);
    expect(out.state).toEqual({ opened: 0, closed: 0 });
  });

  const ok = tree({ x: [1, 2] });
  it.each<[string, ParamTree[], ParamTree[] | undefined, RegExp]>([
    ["one model", [ok], undefined, /two or more models/],
    ["a missing tensor", [ok, tree({ y: [1, 2] })], undefined, /1, tensor "x": the tensor is missing.*--keep "x"/],
    ["another shape", [ok, tree({ x: [1] })], undefined, /1, tensor "x".*\[1\] and 0 has \[2\]/],
    ["a tensor too many", [ok, tree({ x: [1, 2], z: [1] })], undefined, /1, tensor "z".*--keep "z"/],
    ["a missing Fisher file", [ok, ok], [ok], /1 Fisher files for 2 models/],
    ["a missing Fisher tensor", [ok, ok], [ok, tree({})], /tensor "x".*--average "x"/],
    ["nothing to merge", [tree({}), tree({})], undefined, /no tensor is left/],
  ])("refuses %s", async (_, models, fishers, message) => {
    const files = await Promise.all(models.map((t, i) => open(`${i}`, t)));
    const information = fishers && (await Promise.all(fishers.map((t, i) => open(`f${i}`, t))));
    expect(() => planMerge(files, information)).toThrow(BadInput);
    expect(() => planMerge(files, information)).toThrow(message);
  });

  it("says what to do about batch statistics", async () => {
    const [model, fisher] = await Promise.all([
      open("a", tree({ x: [1], "bn.running_var": [1] })),
      open("f", tree({ x: [1] })),
    ]);
    expect(() => planMerge([model, model], [fisher, fisher])).toThrow(/Batch statistics.*--average "bn\.running_var"/);
  });

  it.each([
    [[-1], /element 0 is -1/],
    [[Number.NaN], /element 0 is NaN/],
    [[Number.POSITIVE_INFINITY], /Infinity/],
  ])("refuses a Fisher of %s", async (values, message) => {
    const [model, fisher] = await Promise.all([
      open("a", tree({ x: [1] })),
      open("f.safetensors", tree({ x: values as number[] })),
    ]);
    await expect(scanFishers(planMerge([model, model], [fisher, fisher]))).rejects.toThrow(message as RegExp);
  });

  it("reports a file that shrinks while it is read", async () => {
    const bytes = treeToSafetensors(ok);
    const whole = memoryFile("a", bytes);
    const shrinking: InputFile = {
      ...whole,
      slice: async (start, end) => (await whole.slice(start, end)).subarray(0, start > 8 ? 3 : end),
    };
    const files = [await open("b", ok), await openSafetensors(shrinking)];
    await expect(mergeFiles(planMerge(files, undefined), [], target().open)).rejects.toThrow(/changed or ended/);
  });
});
