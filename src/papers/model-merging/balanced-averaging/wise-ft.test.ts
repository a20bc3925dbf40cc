import fc from "fast-check";
import { expect, it } from "vitest";
import { argmaxRows } from "../../../kit/nets/class-scores.ts";
import { initMlp, mlp, mlpLogits } from "../../../kit/nets/mlp.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { outputEnsemble } from "../output-ensemble.ts";
import { alphaGrid, alphaSweep, scaleTensors, wiseFt } from "./wise-ft.ts";

const tree = (...values: number[]): ParamTree => ({ w: { data: Float32Array.from(values), shape: [values.length] } });

it("gives the two models back at α = 0 and 1, bit for bit, and mixes in between", () => {
  const [pre, ft] = [tree(1, -0, 1e-40, 3), tree(-0, 5, 2, 4)];
  expect(wiseFt(pre, ft, 0)).toEqual(pre);
  expect(Object.is(wiseFt(pre, ft, 0).w?.data[1], -0)).toBe(true);
  expect(Object.is(wiseFt(pre, ft, 1).w?.data[0], -0)).toBe(true);
  expect(wiseFt(pre, ft, 0).w?.data).not.toBe(pre.w?.data);
  expect([...(wiseFt(tree(1, 2), tree(3, 8), 0.25).w?.data ?? [])]).toEqual([1.5, 3.5]);
  expect(wiseFt(tree(1, 2), tree(3, 8)).w?.data[1]).toBe(5);
});

it("makes of two linear models the ensemble of their logits", () => {
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const random = new Random(seed);
      const net = mlp([5, 4]);
      const models = [initMlp(net, random, "torch"), initMlp(net, random, "torch")] as const;
      const x = Float32Array.from({ length: 30 }, () => random.normal());
      const together = outputEnsemble(models.map((params) => (rows, count) => mlpLogits(net, params, rows, count)))(
        x,
        6,
      );
      const averaged = mlpLogits(net, wiseFt(...models), x, 6);
      for (const [i, value] of averaged.entries()) expect(value).toBeCloseTo(together[i] ?? 0, 5);
      expect(argmaxRows(averaged, 4)).toEqual(argmaxRows(together, 4));
    }),
    { numRuns: 20 },
  );
});

it("scores the averages along the way", () => {
  const sweep = alphaSweep(tree(0), tree(10), (averaged) => averaged.w?.data[0], alphaGrid(5));
  expect(sweep).toEqual([0, 0.25, 0.5, 0.75, 1].map((alpha) => ({ alpha, score: 10 * alpha })));
});

it("scales the named tensors only", () => {
  const scaled = scaleTensors({ ...tree(1, 2), v: { data: Float32Array.of(3), shape: [1] } }, ["v"], 0.5);
  expect([scaled.w?.data, scaled.v?.data]).toEqual([Float32Array.of(1, 2), Float32Array.of(1.5)]);
});

it("refuses α outside [0, 1], other trees, unknown tensors and curves of one point", () => {
  expect(() => wiseFt(tree(1), tree(1), 1.1)).toThrow(/α is 1\.1/);
  expect(() => wiseFt(tree(1), tree(1), Number.NaN)).toThrow(/α is NaN/);
  expect(() => wiseFt(tree(1), tree(1, 2))).toThrow(/tensor "w".*shape/);
  expect(() => wiseFt(tree(1), tree(1, 2), 0)).toThrow(/tensor "w".*shape/);
  expect(() => wiseFt(tree(1), {})).toThrow(/no tensor "w"/);
  expect(() => scaleTensors(tree(1), ["x"], 2)).toThrow(/no tensor "x"/);
  expect(() => alphaGrid(1)).toThrow(/at least 2 points/);
});
