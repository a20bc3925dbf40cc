import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { meanInterval } from "../../../kit/stats.ts";
import { bestInBall, chi2Best, chi2Divergence } from "./chi2-ball.ts";
import { optimisticPolicy, pessimisticPolicy, type RewardClass, thresholdRewards, versionSpace } from "./pessimism.ts";
import { believedRate, success, verifierBasedShortfall, verifierFreeShortfall } from "./threshold-instance.ts";

const expectation = (policy: ArrayLike<number>, values: ArrayLike<number>): number =>
  Array.from(policy, (p, a) => p * (values[a] as number)).reduce((sum, x) => sum + x, 0);

const radii = Array.from({ length: 8 }, (_, i) => (i + 1) / 8);

/** Best of many policies of four actions: rays from the base, every other one towards a corner, up to the edge of ball and simplex. */
function bruteForce(objective: (policy: number[]) => number, base: readonly number[], kappa: number): number {
  const random = new Random(77);
  let best = objective([...base]);
  for (let ray = 0; ray < 5_000; ray++) {
    const raw =
      ray % 2
        ? random.dirichlet([0.2, 0.2, 0.2, 0.2]).map((p, a) => p - (base[a] as number))
        : base.map(() => random.normal());
    const mean = raw.reduce((sum, x) => sum + x, 0) / 4;
    const direction = raw.map((x) => x - mean);
    const toBall = Math.sqrt(kappa / direction.reduce((sum, d, a) => sum + (d * d) / (base[a] as number), 0));
    const toSimplex = direction.map((d, a) => (d < 0 ? -(base[a] as number) / d : Number.POSITIVE_INFINITY));
    const length = Math.min(toBall, ...toSimplex);
    for (const r of radii)
      best = Math.max(best, objective(base.map((b, a) => b + r * length * (direction[a] as number))));
  }
  return best;
}

describe("the χ² ball", () => {
  it("gives a set the mass that a numeric search on three atoms finds, capped at 1, and p for κ = 0", () => {
    for (const [p, kappa] of [
      [0.3, 0.5],
      [0.05, 1],
      [0.6, 0.2],
      [0.5, 3],
    ] as const) {
      // Two good atoms and a bad one: the ball is scanned on a grid of the 2-simplex.
      const base = [p / 3, (2 * p) / 3, 1 - p];
      let most = 0;
      for (let i = 0; i <= 400; i++)
        for (let j = 0; i + j <= 400; j++) {
          const policy = [i / 400, j / 400, (400 - i - j) / 400];
          if (chi2Divergence(policy, base) <= kappa) most = Math.max(most, (i + j) / 400);
        }
      expect(chi2Best(p, kappa)).toBeGreaterThanOrEqual(most);
      expect(chi2Best(p, kappa)).toBeLessThan(most + 0.01);
    }
    expect(chi2Best(0.5, 10)).toBe(1);
    expect(chi2Best(0.4, 0)).toBe(0.4);
  });

  it("refuses p at 0 or 1 and negative κ", () => {
    for (const p of [0, 1, Number.NaN]) expect(() => chi2Best(p, 1)).toThrow(/p is/);
    expect(() => chi2Best(0.5, -1)).toThrow(/κ is -1/);
    expect(() => bestInBall([1], [0.5], 1)).toThrow(/sum to 0.5/);
    expect(() => bestInBall([1, Number.NaN], [0.5, 0.5], 1)).toThrow(/action 1 is not finite/);
  });

  it("has an exact best policy: inside the ball, as good as brute force, mean plus σ√κ while nothing is clipped", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 });
    const values = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(weights, values, fc.double({ min: 0, max: 4, noNaN: true }), (w, v, kappa) => {
        const total = w.reduce((sum, x) => sum + x, 0);
        const base = w.map((x) => x / total);
        const policy = bestInBall(v, base, kappa);
        expect(policy.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
        expect(Math.min(...policy)).toBeGreaterThanOrEqual(0);
        expect(chi2Divergence(policy, base)).toBeLessThanOrEqual(kappa + 1e-9);
        const mean = expectation(base, v);
        const sigma = Math.sqrt(
          expectation(
            base,
            v.map((x) => (x - mean) ** 2),
          ),
        );
        const bound = mean + sigma * Math.sqrt(kappa);
        expect(expectation(policy, v)).toBeLessThanOrEqual(bound + 1e-9);
        if (policy.every((x) => x > 1e-12) && sigma > 0) expect(expectation(policy, v)).toBeCloseTo(bound, 9);
      }),
      { numRuns: 200 },
    );
    const random = new Random(5);
    for (let i = 0; i < 6; i++) {
      const base = random.dirichlet([2, 2, 2, 2]);
      const v = Array.from({ length: 4 }, () => random.normal());
      const best = bruteForce((policy) => expectation(policy, v), base, 0.3 + i);
      const reached = expectation(bestInBall(v, base, 0.3 + i), v);
      expect(reached).toBeGreaterThan(best - 1e-9);
      expect(reached).toBeLessThan(best + 0.02);
    }
  });

  it("leaves actions of base probability 0 alone", () => {
    expect([...bestInBall([5, 1, 0], [0, 0.5, 0.5], 100)]).toEqual([0, 1, 0]);
    expect(chi2Divergence([1, 0], [0, 1])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("pessimism", () => {
  const uniform = (actions: number) => new Float64Array(actions).fill(1 / actions);

  it("stays in the ball and equals brute force for four actions, whatever the version space", async () => {
    const random = new Random(9);
    for (let i = 0; i < 8; i++) {
      const base = random.dirichlet([3, 3, 3, 3]);
      const members = Array.from({ length: 2 + (i % 3) }, () => Array.from({ length: 4 }, () => random.float()));
      const kappa = 0.1 + 0.4 * i;
      const policy = await pessimisticPolicy([], base, kappa, { members });
      expect(policy.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
      expect(chi2Divergence(policy, base)).toBeLessThanOrEqual(kappa + 1e-9);
      const worst = (p: ArrayLike<number>) => Math.min(...members.map((m) => expectation(p, m)));
      const best = bruteForce(worst, base, kappa);
      expect(worst(policy)).toBeGreaterThan(best - 1e-6);
      expect(worst(policy)).toBeLessThan(best + 0.02);
    }
  });

  it("believes the smallest rewarded strategy, as the closed form of the threshold instance does", async () => {
    const rollouts = [2, 5, 7, 6].map((action) => ({ action, reward: +(action >= 4) }));
    const policy = await pessimisticPolicy(rollouts, uniform(8), 0.5, thresholdRewards(8));
    const truth = Array.from({ length: 8 }, (_, a) => +(a >= 4));
    expect(expectation(policy, truth)).toBeCloseTo(success(3 / 8, 4 / 8, 0.5), 12);
    expect(policy[4]).toBeCloseTo(policy[0] as number, 12);
  });

  it("does without reward for what was never rewarded; optimism does not", async () => {
    const rollouts = [1, 6].map((action) => ({ action, reward: +(action >= 5) }));
    const pessimistic = await pessimisticPolicy(rollouts, uniform(8), 3, thresholdRewards(8));
    const optimistic = optimisticPolicy(rollouts, uniform(8), 3, thresholdRewards(8));
    expect([...pessimistic].map((p) => +(p > 1e-9))).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
    expect([...optimistic].slice(2, 6).every((p) => p > 0.1)).toBe(true);
  });

  it("loses less than optimism where unseen actions are rarely good, and as little on thresholds", async () => {
    const members = Array.from({ length: 256 }, (_, bits) => Array.from({ length: 8 }, (_, a) => (bits >> a) & 1));
    const random = new Random(12);
    const gains: number[] = [];
    for (let r = 0; r < 40; r++) {
      const good = new Set(random.sample([...Array(8).keys()], 2));
      const rollouts = Array.from({ length: 6 }, () => random.int(0, 7)).map((action) => ({
        action,
        reward: +good.has(action),
      }));
      const earns = (policy: Float64Array) => policy.reduce((sum, p, a) => sum + p * +good.has(a), 0);
      const cautious = await pessimisticPolicy(rollouts, uniform(8), 1, { members });
      gains.push(earns(cautious) - earns(optimisticPolicy(rollouts, uniform(8), 1, { members })));
    }
    expect(meanInterval(gains).low).toBeGreaterThan(0);
    // Between the largest failure and the smallest success lies about 1/n of the strategies, whichever end is believed.
    const o = { H: 64, n: 512, p: 0.3, kappa: 0.5, reps: 20_000 };
    const cautious = verifierBasedShortfall({ ...o, random: new Random(1) });
    const bold = verifierBasedShortfall({ ...o, random: new Random(2), view: "optimistic" });
    expect(bold.mean / cautious.mean).toBeCloseTo(1, 1);
  });

  it("stays at the base policy without a rewarded rollout", async () => {
    const policy = await pessimisticPolicy([{ action: 0, reward: 0 }], uniform(4), 1, thresholdRewards(4));
    expect([...policy]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it("keeps the members within γ, by squared error or by rollouts missed", () => {
    const members = [
      [1, 0],
      [0.5, 0],
      [0, 0],
    ];
    const rollouts = [
      { action: 0, reward: 1 },
      { action: 0, reward: 1 },
    ];
    const size = (rest: Omit<RewardClass, "members">) => versionSpace(rollouts, 2, { members, ...rest }).length;
    expect([0, 0.5, 2].map((gamma) => size({ gamma }))).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((gamma) => size({ gamma, loss: "zero-one" }))).toEqual([1, 1, 3]);
  });

  it("refuses empty classes, unknown actions and annotations that no member explains", async () => {
    await expect(pessimisticPolicy([], uniform(2), 1, { members: [] })).rejects.toThrow(/class is empty/);
    await expect(pessimisticPolicy([{ action: 2, reward: 1 }], uniform(2), 1, thresholdRewards(2))).rejects.toThrow(
      /takes action 2; there are 2/,
    );
    const contradiction = [
      { action: 0, reward: 1 },
      { action: 1, reward: 0 },
    ];
    await expect(pessimisticPolicy(contradiction, uniform(2), 1, thresholdRewards(2))).rejects.toThrow(/misses by 1/);
  });
});

describe("the threshold instance", () => {
  const o = { H: 64, n: 128, p: 0.3, kappa: 0.5, reps: 40_000 };

  it("costs the clone H√(q(1−q)/n) in RMS and nothing in the mean", () => {
    const { rms, mean, q80 } = verifierFreeShortfall({ ...o, random: new Random(3) });
    const q = chi2Best(o.p, o.kappa);
    const expected = o.H * Math.sqrt((q * (1 - q)) / o.n);
    expect(rms / expected).toBeCloseTo(1, 1.5);
    expect(Math.abs(rms / expected - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean)).toBeLessThan((3 * expected) / Math.sqrt(o.reps));
    expect(q80 / rms).toBeCloseTo(0.84, 1);
  });

  it("leaves E[p − p̂] = p/(m + 1) after m rewarded samples, and the same with the rollouts drawn one by one", () => {
    for (const m of [1, 4, 30]) {
      const random = new Random(m);
      let sum = 0;
      let drawn = 0;
      for (let r = 0; r < 20_000; r++) {
        sum += o.p - believedRate({ ...o, random }, m);
        let smallest = 1;
        for (let i = 0; i < m; i++) smallest = Math.min(smallest, random.uniform(1 - o.p, 1));
        drawn += smallest - (1 - o.p);
      }
      expect(sum / 20_000 / (o.p / (m + 1))).toBeCloseTo(1, 1);
      expect(drawn / sum).toBeCloseTo(1, 1);
    }
  });

  it("earns q* when the threshold is known, p when nothing is, and less for sets too small or too large", () => {
    expect(success(0.3, 0.3, 0.5)).toBe(chi2Best(0.3, 0.5));
    expect(success(0, 0.3, 0.5)).toBe(0.3);
    expect(success(1, 0.3, 0.5)).toBe(0.3);
    for (const believed of [0.1, 0.2, 0.4, 0.8]) expect(success(believed, 0.3, 0.5)).toBeLessThan(chi2Best(0.3, 0.5));
  });

  it("costs nothing to learn when κ = 0, and does not learn from shuffled outcomes", () => {
    const none = verifierBasedShortfall({ ...o, kappa: 0, random: new Random(1), reps: 100 });
    expect(none.rms).toBeLessThan(1e-12);
    const gone = verifierBasedShortfall({ ...o, outcomes: "shuffled", random: new Random(1), reps: 2000 });
    expect(gone.mean / (o.H * (chi2Best(o.p, o.kappa) - o.p))).toBeGreaterThan(0.9);
  });

  it("refuses impossible instances", () => {
    const random = new Random(1);
    expect(() => verifierFreeShortfall({ ...o, random, p: 1 })).toThrow(/p is 1/);
    expect(() => verifierFreeShortfall({ ...o, random, n: 0 })).toThrow(/n is 0/);
    expect(() => verifierBasedShortfall({ ...o, random, kappa: -0.1 })).toThrow(/κ is -0.1/);
  });
});
