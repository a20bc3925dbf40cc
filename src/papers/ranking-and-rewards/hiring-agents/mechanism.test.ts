import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { worstDeviation } from "./deviations.ts";
import { auditInstance, duplicateInstance, independentInstance, randomInstance } from "./examples.ts";
import { decisionValue, type Instance, Radix, tablesOf } from "./instance.ts";
import { bestResponse, isIncentiveCompatible, mechanismWorth, obedience, simulate } from "./mechanism.ts";
import { optimalMechanism } from "./optimal-mechanism.ts";

const profiles = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

describe("Radix", () => {
  it("counts with the last digit fastest", () => {
    const radix = new Radix([2, 3]);
    expect(Array.from({ length: radix.count }, (_, at) => radix.digits(at))).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    for (let at = 0; at < radix.count; at++) expect(radix.index(radix.digits(at))).toBe(at);
    expect(radix.replace(radix.index([1, 2]), 1, 0)).toBe(radix.index([1, 0]));
  });
});

describe("decisionValue", () => {
  it("is what a hand computes on the audit instance", () => {
    const values = profiles.map((b) => decisionValue(auditInstance([0.05, 0.25]), b).value);
    for (const [i, expected] of [0.5, 0.5, 0.7, 1].entries()) expect(values[i]).toBeCloseTo(expected, 12);
    const { rule } = decisionValue(auditInstance([0.05, 0.25]), [1, 1]);
    // Report θ ⊕ Z and Z: the action is their sum modulo 2.
    expect([...rule]).toEqual([0, 1, 1, 0]);
  });

  it("is the better expert's accuracy when they are independent and alike in direction", () => {
    const values = profiles.map((b) => decisionValue(independentInstance([0, 0], [0.8, 0.7]), b).value);
    for (const [i, expected] of [0.5, 0.7, 0.8, 0.8].entries()) expect(values[i]).toBeCloseTo(expected, 12);
  });

  it("refuses what is no instance, with the place", () => {
    const good = auditInstance([0.05, 0.25]);
    const bad = (change: Partial<Instance>) => () => decisionValue({ ...good, ...change }, [0, 0]);
    expect(bad({ psi: () => [0.5, 0.5, 0.5, 0] })).toThrow(/psi, efforts \(0, 0\), state 0: .*add up to 1.5/);
    expect(bad({ psi: () => [1] })).toThrow(/1 probabilities for 4 signal profiles/);
    expect(bad({ psi: () => [1.5, -0.5, 0, 0] })).toThrow(/-0.5/);
    expect(bad({ prior: [0.5, 0.6] })).toThrow(/prior: .*1.1/);
    expect(
      bad({
        costs: [
          [0, -1],
          [0, 1],
        ],
      }),
    ).toThrow(/costs: agent 1 has a cost -1/);
    expect(bad({ costs: [[0], [0, 1]] })).toThrow(/1 costs and 2 efforts/);
    expect(bad({ utility: [[1, 0, 0]] })).toThrow(/3 values for 2 states/);
    expect(bad({ utility: [[2, 0]] })).toThrow(/outside 0 to 1/);
    expect(() => decisionValue(good, [0, 2])).toThrow(/not an effort profile/);
  });
});

describe("bestResponse", () => {
  it("gains what enumeration gains", () => {
    const random = new Random(5);
    for (let trial = 0; trial < 30; trial++) {
      const instance = randomInstance(random.fork(trial));
      const mechanism = {
        mu: Float64Array.from(random.dirichlet([1, 1, 1, 1])),
        pay: [0, 1].map(() => Float64Array.from({ length: 32 }, () => random.float())),
        rule: new Int32Array(16),
      };
      const { worst } = isIncentiveCompatible(instance, mechanism);
      expect(worst).toBeCloseTo(
        Math.max(...instance.efforts.map((_, i) => bestResponse(instance, mechanism, i).gain)),
        8,
      );
      // Enumeration takes one recommendation at a time; the best response deviates on all of them.
      expect(worst).toBeGreaterThanOrEqual(worstDeviation(instance, mechanism) - 1e-12);
      for (const agent of [0, 1]) {
        const response = bestResponse(instance, mechanism, agent);
        const strategies = instance.efforts.map((_, i) => (i === agent ? response : obedience(instance, i)));
        const income = (played: typeof strategies) => mechanismWorth(instance, mechanism, played).payments[agent] ?? 0;
        const { b } = tablesOf(instance);
        const cost = (effort: number[]) =>
          mechanism.mu.reduce(
            (sum, p, at) => sum + p * (instance.costs[agent]?.[effort[b.digit(at, agent)] ?? 0] ?? 0),
            0,
          );
        const obedient = instance.efforts.map((_, i) => obedience(instance, i));
        const gain = income(strategies) - cost(response.effort) - income(obedient) + cost([0, 1]);
        expect(response.gain).toBeCloseTo(gain, 10);
      }
    }
  });

  it("obeys when indifferent", () => {
    const instance = duplicateInstance([0, 0]);
    const none = {
      mu: Float64Array.of(0, 0, 0, 1),
      pay: [new Float64Array(32), new Float64Array(32)],
      rule: new Int32Array(16),
    };
    expect(bestResponse(instance, none, 0)).toEqual({ ...obedience(instance, 0), gain: 0 });
  });
});

describe("simulate", () => {
  it("earns on average what is expected, from obedient and from selfish agents", async () => {
    const instance = auditInstance([0.05, 0.25]);
    const mechanism = await optimalMechanism(instance, { maxPay: 2 });
    // A little less pay than it takes: agent 1 stops working.
    const mean = { ...mechanism, pay: mechanism.pay.map((p) => p.map((x) => 0.9 * x)) };
    const selfish = instance.efforts.map((_, i) => bestResponse(instance, mean, i));
    expect(selfish[0]?.effort[1]).toBe(0);
    for (const [agents, expected] of [
      ["obedient", mechanismWorth(instance, mean)],
      ["bestResponse", mechanismWorth(instance, mean, selfish)],
    ] as const) {
      const { utility, payments, log } = simulate(instance, mean, 40_000, new Random(7), agents);
      expect(log.length).toBe(40_000);
      expect(Math.abs(utility - expected.value)).toBeLessThan(0.012);
      expect(Math.abs((payments[0] ?? 0) - (expected.payments[0] ?? 0))).toBeLessThan(0.012);
    }
  });
});
