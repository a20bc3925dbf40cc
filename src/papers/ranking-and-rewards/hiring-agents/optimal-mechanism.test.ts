import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { worstDeviation } from "./deviations.ts";
import { auditInstance, duplicateInstance, independentInstance, randomInstance } from "./examples.ts";
import { decisionValue, type Instance } from "./instance.ts";
import { isIncentiveCompatible, mechanismWorth } from "./mechanism.ts";
import { bestDeterministic, optimalMechanism } from "./optimal-mechanism.ts";

const profiles = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** The agents in another order. */
function swapAgents(instance: Instance): Instance {
  const [s1 = 0, s2 = 0] = instance.signals;
  return {
    ...instance,
    efforts: [...instance.efforts].reverse(),
    signals: [s2, s1],
    costs: [...instance.costs].reverse(),
    psi: ([b1 = 0, b2 = 0], theta) => {
      const law = instance.psi([b2, b1], theta);
      return Float64Array.from({ length: s1 * s2 }, (_, at) => law[(at % s1) * s2 + Math.floor(at / s1)] ?? 0);
    },
  };
}

/** The states, and agent 1's signals, by other names. */
function relabel(instance: Instance): Instance {
  const [s1 = 0, s2 = 0] = instance.signals;
  return {
    ...instance,
    prior: [...instance.prior].reverse(),
    utility: instance.utility.map((row) => [...row].reverse()),
    psi: (b, theta) => {
      const law = instance.psi(b, instance.prior.length - 1 - theta);
      return Float64Array.from(
        { length: s1 * s2 },
        (_, at) => law[(s1 - 1 - Math.floor(at / s2)) * s2 + (at % s2)] ?? 0,
      );
    },
  };
}

/** One agent who at work sees the state with probability q. */
function expert(cost: number, q: number): Instance {
  return {
    prior: [0.5, 0.5],
    efforts: [2],
    signals: [2],
    costs: [[0, cost]],
    utility: [
      [1, 0],
      [0, 1],
    ],
    psi: ([b], theta) => [0, 1].map((s) => (b === 0 ? 0.5 : s === theta ? q : 1 - q)),
  };
}

/** One agent with three efforts and three signals, two states of which one is likelier. */
function generalist(random: Random): Instance {
  const laws = Array.from({ length: 6 }, () => random.dirichlet([1, 1, 1]));
  return {
    prior: [0.35, 0.65],
    efforts: [3],
    signals: [3],
    costs: [[0, 0.02, 0.05]],
    utility: [
      [1, 0],
      [0.2, 0.9],
    ],
    psi: ([b = 0], theta) => laws[2 * b + theta] ?? [],
  };
}

describe("optimalMechanism", () => {
  it("audits privately and rarely, and pays agent 1 for what the auditor confirms", async () => {
    for (const M of [1, 2, 10, 50]) {
      const { value, mu, status } = await optimalMechanism(auditInstance([0.05, 0.25]), { maxPay: M });
      expect(status).toBe("optimal");
      // With probability q = 0.1/M the auditor works too; agent 1 is paid M when both reports fit the state:
      // M·q·(1 − ½) = c₁. The auditor earns his cost the same way: M q ≥ 0.1 in all, and v rises from .7 by .3 q.
      expect(mu[3]).toBeCloseTo(0.1 / M, 8);
      expect(value).toBeCloseTo(0.6 - 0.02 / M, 8);
    }
  });

  it("beats every fixed profile and own reports where signals are correlated, and only there", async () => {
    for (const [instance, correlated] of [
      [auditInstance([0.05, 0.25]), true],
      [duplicateInstance([0.05, 0.15]), true],
      [independentInstance([0.05, 0.03], [0.8, 0.7]), false],
    ] as const) {
      const joint = await optimalMechanism(instance, { maxPay: 2 });
      const { best } = await bestDeterministic(instance, { maxPay: 2 });
      const own = await optimalMechanism(instance, { maxPay: 2, payments: "own" });
      if (correlated) expect(joint.value - Math.max(best.value, own.value)).toBeGreaterThan(0.05);
      else for (const other of [best, own]) expect(Math.abs(joint.value - other.value)).toBeLessThan(1e-8);
    }
  });

  it("says infeasible where nothing can verify an effort", async () => {
    const { all } = await bestDeterministic(auditInstance([0.05, 0.25]), { maxPay: 1000 });
    const auditorAlone = all.find(({ profile }) => profile.join() === "0,1");
    expect(auditorAlone?.mechanism.status).toBe("infeasible");
    expect(auditorAlone?.mechanism.value).toBe(Number.NEGATIVE_INFINITY);
  });

  it("pays one expert c/(q − ½) when right, or lets him be", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.55, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 0.3, noNaN: true }),
        async (q, c) => {
          const pay = c / (q - 0.5);
          const atWork = pay <= 4 ? q - q * pay : Number.NEGATIVE_INFINITY;
          const { value } = await optimalMechanism(expert(c, q), { maxPay: 4 });
          expect(value).toBeCloseTo(Math.max(0.5, atWork), 7);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("with one agent is the best of the fixed efforts", async () => {
    for (let seed = 0; seed < 8; seed++) {
      const instance = generalist(new Random(seed));
      const { value } = await optimalMechanism(instance, { maxPay: 3 });
      expect(value).toBeCloseTo((await bestDeterministic(instance, { maxPay: 3 })).best.value, 8);
    }
  });

  it("leaves no deviation, with all report maps enumerated, on random instances", async () => {
    for (let seed = 0; seed < 8; seed++) {
      for (const instance of [randomInstance(new Random(seed)), generalist(new Random(seed))]) {
        const mechanism = await optimalMechanism(instance, { maxPay: 5 });
        expect(worstDeviation(instance, mechanism)).toBeLessThan(1e-8);
        expect(isIncentiveCompatible(instance, mechanism).ok).toBe(true);
        expect(mechanismWorth(instance, mechanism).value).toBeCloseTo(mechanism.value, 10);
      }
    }
  });

  it("is proved optimal by the dual program, tightened or not", async () => {
    for (let seed = 0; seed < 6; seed++) {
      for (const icSlack of [0, 0.005]) {
        const options = { maxPay: 3, icSlack, payments: seed % 2 ? ("own" as const) : ("joint" as const) };
        const { value, bound } = await optimalMechanism(randomInstance(new Random(seed)), options);
        expect(bound).toBeCloseTo(value, 8);
      }
    }
  });

  it("would be lied to without the rows for misreports", async () => {
    // Who does not look finds nothing: a find proves work, unless it can be made up.
    const instance: Instance = {
      ...expert(0.05, 0.8),
      psi: ([b], theta) => (b === 0 ? [1, 0] : theta === 1 ? [0.2, 0.8] : [0.8, 0.2]),
    };
    const trusting = await optimalMechanism(instance, { maxPay: 5, reports: "verified" });
    const { value } = await optimalMechanism(instance, { maxPay: 5 });
    expect(trusting.value).toBeGreaterThan(value + 1e-3);
    expect(worstDeviation(instance, trusting)).toBeGreaterThan(1e-3);
  });

  it("buys everything that is free and nothing that is dear", async () => {
    for (let seed = 0; seed < 5; seed++) {
      const random = randomInstance(new Random(seed));
      const values = profiles.map((b) => decisionValue(random, b).value);
      const free = await optimalMechanism(
        {
          ...random,
          costs: [
            [0, 0],
            [0, 0],
          ],
        },
        { maxPay: 5 },
      );
      expect(free.value).toBeCloseTo(Math.max(...values), 8);
      const dear = await optimalMechanism(
        {
          ...random,
          costs: [
            [0, 9],
            [0, 9],
          ],
        },
        { maxPay: 5 },
      );
      expect(dear.value).toBeCloseTo(values[0] ?? 0, 8);
      expect(dear.payments[0]).toBeCloseTo(0, 10);
    }
  });

  it("rises with the cap and falls with the slack", async () => {
    for (let seed = 0; seed < 5; seed++) {
      const instance = randomInstance(new Random(seed));
      const value = async (maxPay: number, icSlack?: number) =>
        (await optimalMechanism(instance, { maxPay, ...(icSlack === undefined ? {} : { icSlack }) })).value;
      const byCap = [await value(0.1), await value(1), await value(10)];
      const bySlack = [await value(5, -0.01), await value(5), await value(5, 0.002), await value(5, 0.01)];
      expect(await value(5, 0)).toBe(await value(5));
      for (let k = 1; k < 3; k++) expect(byCap[k]).toBeGreaterThanOrEqual((byCap[k - 1] ?? 0) - 1e-8);
      for (let k = 1; k < 4; k++) expect(bySlack[k]).toBeLessThanOrEqual((bySlack[k - 1] ?? 0) + 1e-8);
    }
  });

  it("keeps the margin it was asked for", async () => {
    const instance = duplicateInstance([0.05, 0.15]);
    const epsilon = 0.01;
    const mechanism = await optimalMechanism(instance, { maxPay: 2, icSlack: epsilon });
    // A law that differs by little leaves everybody obedient.
    const near = duplicateInstance([0.05, 0.15], 0.304);
    expect(isIncentiveCompatible(near, mechanism).ok).toBe(true);
    const exact = await optimalMechanism(instance, { maxPay: 2 });
    expect(isIncentiveCompatible(near, exact).ok).toBe(false);
  });

  it("does not know names: states, signals and agents", async () => {
    for (let seed = 0; seed < 6; seed++) {
      const instance = randomInstance(new Random(seed));
      const { value } = await optimalMechanism(instance, { maxPay: 3 });
      for (const same of [swapAgents(instance), relabel(instance)]) {
        expect((await optimalMechanism(same, { maxPay: 3 })).value).toBeCloseTo(value, 8);
      }
    }
  });

  it("refuses a cap that is none and programs too large, with their size", async () => {
    await expect(optimalMechanism(expert(0.1, 0.8), { maxPay: 0 })).rejects.toThrow(/maxPay: the largest payment is 0/);
    const wide: Instance = {
      prior: [0.5, 0.5],
      efforts: new Array(6).fill(2),
      signals: new Array(6).fill(3),
      costs: new Array(6).fill([0, 1]),
      utility: [[1, 0]],
      psi: () => new Float64Array(729).fill(1 / 729),
    };
    await expect(optimalMechanism(wide, { maxPay: 1 })).rejects.toThrow(/559,\d\d\d|560,\d\d\d.*200,000/);
  });
});
