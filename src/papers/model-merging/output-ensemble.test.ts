import { expect, it } from "vitest";
import { outputEnsemble } from "./output-ensemble.ts";

it("averages scores, with equal weights or with given ones, and refuses to average nothing", () => {
  const members = [() => Float32Array.of(1, 0, 4, 2), () => Float32Array.of(3, 4, 0, 2)];
  expect([...outputEnsemble(members)(new Float32Array(0), 2)]).toEqual([2, 2, 2, 2]);
  expect([...outputEnsemble(members, [0.75, 0.25])(new Float32Array(0), 2)]).toEqual([1.5, 1, 3, 2]);
  expect(() => outputEnsemble([])).toThrow(/at least one member/);
});
