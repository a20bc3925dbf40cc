import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { batchMaxSum, batchSumSelect, columnSums } from "./batch.ts";
import { bestMechanism, lowerBoundRate, makeMechanism, mechanismNames, predictedError } from "./error-bounds.ts";
import { evaluate } from "./evaluation.ts";
import { marginalsToStream } from "./marginals.ts";

describe("predictedError", () => {
  const random = new Random(6);
  const table = Array.from({ length: 12 }, () => Uint8Array.from({ length: 8 }, () => +random.bool()));
  const stream = marginalsToStream(table);
  const question = { T: stream.length, d: 8, rho: 0.5 };

  it.each(
    (["max-sum", "sum-select"] as const).flatMap((problem) =>
      mechanismNames.map((mechanism) => ({ problem, mechanism })),
    ),
  )("bounds the worst error of $mechanism on $problem as often as it says", ({ problem, mechanism }) => {
    const beta = 0.2;
    const bound = predictedError({ ...question, problem, mechanism, beta });
    const runs = 100;
    let over = 0;
    for (let seed = 0; seed < runs; seed++) {
      const { errMax } = evaluate(makeMechanism(mechanism, problem, { ...question, seed }), stream);
      if (errMax > bound) over += 1;
    }
    // 3 standard deviations above β·runs.
    expect(over).toBeLessThanOrEqual(beta * runs + 3 * Math.sqrt(runs * beta * (1 - beta)));
  });

  it("has the constants of its formulas", () => {
    expect(predictedError({ ...question, problem: "max-sum", mechanism: "trivial" })).toBe(stream.length);
    const batch = predictedError({ ...question, problem: "max-sum", mechanism: "batch", beta: 0.1 });
    expect(batch).toBeCloseTo(Math.sqrt(Math.log(20) / 0.5), 12);
    const select = predictedError({ ...question, problem: "sum-select", mechanism: "batch", beta: 0.1 });
    expect(select).toBeCloseTo(Math.log(80) / Math.sqrt(1), 12);
    const whole = predictedError({ ...question, problem: "max-sum", mechanism: "recompute", r: question.T, beta: 0.1 });
    expect(whole).toBeCloseTo(question.T - 1 + batch, 12);
  });

  it("refuses a beta or a period out of range", () => {
    const ask = { ...question, problem: "max-sum", mechanism: "recompute" } as const;
    expect(() => predictedError({ ...ask, beta: 0 })).toThrow(/beta/);
    expect(() => predictedError({ ...ask, r: question.T + 1 })).toThrow(/period/);
  });
});

describe("bestMechanism", () => {
  it("takes the smallest bound: all sums for few columns, recompute for many, a constant for a tiny budget", () => {
    const choose = (T: number, d: number, rho: number) => bestMechanism({ T, d, rho, problem: "max-sum", seed: 1 });
    expect(choose(4096, 2, 0.5).name).toBe("factorization");
    expect(choose(4096, 256, 0.5).name).toBe("recompute");
    expect(choose(20, 4, 1e-5).name).toBe("trivial");
    const { mechanism, predictedError: bound, predictions } = choose(500, 4, 0.5);
    expect(bound).toBe(Math.min(...Object.values(predictions)));
    expect([mechanism.T, mechanism.d, mechanism.rho]).toEqual([500, 4, 0.5]);
  });

  it("makes a constant mechanism that costs nothing", () => {
    const { mechanism } = bestMechanism({ T: 20, d: 4, rho: 1e-5, problem: "sum-select" });
    const { path } = evaluate(mechanism, new Array(20).fill(Uint8Array.of(1, 0, 0, 0)));
    expect([...path.answers]).toEqual(new Array(20).fill(0));
    expect(mechanism.ledger.spent).toBe(0);
  });
});

describe("lowerBoundRate", () => {
  it("is the least of three", () => {
    expect(lowerBoundRate({ T: 1e6, d: 1e9, eps: 1, delta: 1e-9 })).toBeCloseTo(100, 9);
    expect(lowerBoundRate({ T: 1e6, d: 100, eps: 0.5, delta: 1e-9 })).toBe(20);
    expect(lowerBoundRate({ T: 5, d: 1e9, eps: 1e-6, delta: 1e-9 })).toBe(5);
    expect(lowerBoundRate({ T: 1e6, d: 1e9, eps: 1 })).toBe(1000);
    expect(lowerBoundRate({ T: 1e6, d: 10, eps: 1 })).toBe(10);
    expect(() => lowerBoundRate({ T: 0, d: 1, eps: 1 })).toThrow(RangeError);
    expect(() => lowerBoundRate({ T: 1, d: 1, eps: 1, delta: 2 })).toThrow(/delta/);
  });
});

describe("batch", () => {
  const data = [Uint8Array.of(1, 0, 1), Uint8Array.of(1, 0, 0), Uint8Array.of(1, 1, 0)];

  it("answers almost exactly with a large budget, once", () => {
    expect([...columnSums(data)]).toEqual([3, 1, 1]);
    expect(batchMaxSum(data, { rho: 1e9, seed: 1 })).toBeCloseTo(3, 2);
    expect(batchSumSelect(data, { rho: 1e4, seed: 1 })).toBe(0);
  });

  it("refuses empty data and an empty budget", () => {
    expect(() => batchMaxSum([], { rho: 1 })).toThrow(/no records/);
    expect(() => batchMaxSum(data, { rho: 0 })).toThrow(/rho/);
    expect(() => batchSumSelect(data, { rho: Number.NaN })).toThrow(/rho/);
  });
});
