import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdaptiveSampler } from "./adaptive-sampler.ts";
import { type Group, greedyAllocation, heuristicAllocation, marginalPerCost, optimalAllocation } from "./allocation.ts";
import { fitLearningCurve, powerCurve, saturatingCurve } from "./curves.ts";
import { parseUtility, type Utility } from "./utility.ts";

const group = (A: number, kappa: number, cost = 1, weight = 1, bounds: Partial<Group> = {}): Group => ({
  curve: saturatingCurve(A, kappa),
  cost,
  weight,
  ...bounds,
});
const identity: Utility = { kind: "identity" };
const spend = (groups: readonly Group[], samples: ArrayLike<number>): number =>
  groups.reduce((sum, { cost }, g) => sum + cost * (samples[g] as number), 0);
const three = [group(0.7, 14, 1, 0.5), group(0.5, 120, 2, 0.3), group(0.5, 600, 1.5, 0.2)];

const groupsArbitrary = fc.array(
  fc
    .record({
      A: fc.double({ min: 0.1, max: 1, noNaN: true }),
      kappa: fc.double({ min: 5, max: 2000, noNaN: true }),
      cost: fc.double({ min: 0.2, max: 5, noNaN: true }),
      weight: fc.double({ min: 0.1, max: 3, noNaN: true }),
      min: fc.integer({ min: 0, max: 20 }),
      room: fc.integer({ min: 1, max: 800 }),
    })
    .map(({ A, kappa, cost, weight, min, room }) => group(A, kappa, cost, weight, { min, max: min + room })),
  { minLength: 1, maxLength: 5 },
);

describe("the best split with known curves", () => {
  it("equalises marginal values inside the bounds and uses the budget up", () => {
    fc.assert(
      fc.property(
        groupsArbitrary,
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.constantFrom<Utility>(identity, { kind: "atkinson", eta: 1 }, { kind: "atkinson", eta: 2.5 }),
        (groups, share, utility) => {
          const least = spend(
            groups,
            groups.map(({ min = 0 }) => min),
          );
          const most = spend(
            groups,
            groups.map(({ max = 0 }) => max),
          );
          const budget = least + share * (most - least);
          const { samples, multiplier } = optimalAllocation(groups, budget, utility);
          expect(Math.abs(spend(groups, samples) / budget - 1)).toBeLessThan(1e-9);
          for (const [g, each] of groups.entries()) {
            const n = samples[g] as number;
            const value = marginalPerCost(each, utility, n) / multiplier;
            const [low, high] = [each.min ?? 0, each.max ?? 0];
            expect(n).toBeGreaterThanOrEqual(low);
            expect(n).toBeLessThanOrEqual(high);
            if (n > low + 1e-6 && n < high - 1e-6) expect(Math.abs(value - 1)).toBeLessThan(1e-6);
            else if (n <= low + 1e-6) expect(value).toBeLessThan(1 + 1e-6);
            else expect(value).toBeGreaterThan(1 - 1e-6);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has the closed form of inverse powers with one exponent", () => {
    const gamma = 0.6;
    const settings = [
      { beta: 1, cost: 1, weight: 0.5 },
      { beta: 2, cost: 3, weight: 1 },
      { beta: 0.7, cost: 0.5, weight: 2 },
    ];
    const groups = settings.map(({ beta, cost, weight }) => ({ curve: powerCurve(0.9, beta, gamma), cost, weight }));
    const { samples } = optimalAllocation(groups, 1000, identity);
    const raw = settings.map(({ beta, cost, weight }) => ((weight * beta) / cost) ** (1 / (gamma + 1)));
    const scale = 1000 / settings.reduce((sum, { cost }, g) => sum + cost * (raw[g] as number), 0);
    for (const [g, n] of samples.entries()) expect(n / ((raw[g] as number) * scale)).toBeCloseTo(1, 8);
  });

  it("treats equal groups equally, and does not care for the units of money and weight", () => {
    const same = optimalAllocation([group(0.5, 90), group(0.5, 90), group(0.5, 90)], 300, identity).samples;
    for (const n of same) expect(n).toBeCloseTo(100, 8);
    const base = optimalAllocation(three, 900, identity).samples;
    const dear = optimalAllocation(
      three.map((g) => ({ ...g, cost: 2 * g.cost })),
      1800,
      identity,
    ).samples;
    const heavy = optimalAllocation(
      three.map((g) => ({ ...g, weight: 7 * g.weight })),
      900,
      identity,
    ).samples;
    for (const g of [0, 1, 2]) {
      expect(dear[g]).toBeCloseTo(base[g] as number, 6);
      expect(heavy[g]).toBeCloseTo(base[g] as number, 6);
    }
  });

  it("gives a flat curve its minimum and respects what is available", () => {
    const groups = [
      { curve: powerCurve(0.4, 0, 1), cost: 1, weight: 1, min: 7 },
      group(0.5, 100, 1, 1, { max: 30 }),
      group(0.5, 100),
    ];
    for (const utility of [identity, { kind: "maximin" } as const]) {
      const { samples } = optimalAllocation(groups, 200, utility);
      expect([...samples].map(Math.round)).toEqual([7, 30, 163]);
    }
    const all = optimalAllocation(groups.slice(1, 2), 500, identity);
    expect(all.samples[0]).toBe(30);
    expect(all.multiplier).toBe(0);
  });

  it("equalises scores under maximin, to which Atkinson tends; η = 0 is identity", () => {
    const level = optimalAllocation(three, 2500, { kind: "maximin" });
    const scores = three.map(({ curve }, g) => curve.value(level.samples[g] as number));
    for (const score of scores) expect(score).toBeCloseTo(level.utility, 8);
    expect(spend(three, level.samples)).toBeCloseTo(2500, 6);
    const steep = optimalAllocation(three, 2500, { kind: "atkinson", eta: 200 });
    const near = three.map(({ curve }, g) => curve.value(steep.samples[g] as number));
    expect(Math.max(...near) - Math.min(...near)).toBeLessThan(0.02);
    const zero = optimalAllocation(three, 900, { kind: "atkinson", eta: 0 }).samples;
    expect([...zero]).toEqual([...optimalAllocation(three, 900, identity).samples]);
  });

  it("is not beaten by any split on a grid", () => {
    const log: Utility = { kind: "atkinson", eta: 1 };
    const best = optimalAllocation(three, 600, log).utility;
    for (let a = 5; a < 600; a += 15) {
      for (let b = 5; a + 2 * b < 590; b += 15) {
        const n = [a, b, (600 - a - 2 * b) / 1.5];
        const u = three.reduce((sum, { curve, weight }, g) => sum + weight * Math.log(curve.value(n[g] as number)), 0);
        expect(u).toBeLessThanOrEqual(best + 1e-12);
      }
    }
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      "a budget below the minima",
      () => optimalAllocation([group(0.5, 9, 2, 1, { min: 10 })], 19, identity),
      /cost 20.*19/,
    ],
    [
      "a cost of 0",
      () => optimalAllocation([{ ...group(0.5, 9, 0), name: "north" }], 10, identity),
      /cost of north is 0/,
    ],
    ["a weight below 0", () => optimalAllocation([group(0.5, 9, 1, -1)], 10, identity), /weight of group 1 is -1/],
    [
      "a logarithm of scores below 0",
      () =>
        optimalAllocation(
          [{ ...group(0.5, 9), curve: powerCurve(-0.2, 1, 1), name: "south" }],
          10,
          parseUtility("log"),
        ),
      /above 0.*south/,
    ],
    ["an unknown utility", () => parseUtility("fair"), /"fair"/],
  ])("refuses %s", (_, compute, message) => {
    expect(compute).toThrow(message);
  });
});

describe("buying batch by batch", () => {
  it("is exactly optimal for unit costs, one sample a time", () => {
    const curves = fc.array(
      fc.tuple(fc.double({ min: 0.1, max: 1, noNaN: true }), fc.double({ min: 1, max: 40, noNaN: true })),
      {
        minLength: 3,
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(curves, fc.integer({ min: 1, max: 30 }), (params, budget) => {
        const groups = params.map(([A, kappa]) => group(A, kappa));
        const { samples, utility } = greedyAllocation(groups, budget, identity, 1);
        expect(samples.reduce((a, b) => a + b, 0)).toBe(budget);
        const value = (g: number, n: number): number => groups[g]?.curve.value(n) ?? 0;
        let best = 0;
        for (let a = 0; a <= budget; a++) {
          for (let b = 0; a + b <= budget; b++)
            best = Math.max(best, value(0, a) + value(1, b) + value(2, budget - a - b));
        }
        expect(utility).toBeCloseTo(best, 12);
      }),
      { numRuns: 60 },
    );
  });

  it("charges whole samples and leaves what buys no batch", () => {
    const groups = [group(0.9, 100, 7), group(0.1, 100, 3)];
    const { samples, trace } = greedyAllocation(groups, 100, identity, 20);
    for (const { group: g, count, cost } of trace) expect(cost).toBe(count * (groups[g]?.cost ?? 0));
    expect(trace[0]).toEqual({ group: 0, count: 2, cost: 14 });
    expect(100 - spend(groups, samples)).toBeLessThan(14);
    expect(greedyAllocation(groups, 2, identity, 20).trace).toEqual([]);
  });

  it("comes close to the best split in small batches", () => {
    for (const utility of [identity, parseUtility("log"), parseUtility("maximin")]) {
      const greedy = greedyAllocation(three, 900, utility, 5);
      expect(optimalAllocation(three, 900, utility).utility - greedy.utility).toBeLessThan(0.01);
    }
  });
});

describe("the adaptive sampler", () => {
  const names = ["a", "b", "c"];
  const sampled = three.map(({ cost, weight }, g) => ({ name: names[g] ?? "", cost, weight }));
  const options = {
    budget: 900,
    batchCost: 45,
    warmup: 60,
    utility: identity,
    fit: (points: readonly { n: number; score: number }[]) => fitLearningCurve(points, { prior: false }),
  };
  /** Plays a sampler against exact curves. */
  const play = (sampler: AdaptiveSampler): { group: string; count: number }[] => {
    const bought = [];
    for (let batch = sampler.next(); batch; batch = sampler.next()) {
      bought.push(batch);
      for (const name of sampler.due()) {
        const n = sampler.allocation()[name] ?? 0;
        const curve = three[names.indexOf(name)]?.curve ?? saturatingCurve(0, 1);
        sampler.record(
          name,
          [0.5, 0.7, 1].map((f) => ({ n: f * n, score: curve.value(f * n) })),
        );
      }
    }
    return bought;
  };

  it("buys what the greedy rule buys when its scores are exact", () => {
    const sampler = new AdaptiveSampler(sampled, options);
    const bought = play(sampler).slice(3);
    const warm = three.map((each) => ({ ...each, min: 60 }));
    const { trace, samples } = greedyAllocation(warm, 900, identity, 45);
    expect(bought).toEqual(trace.map(({ group: g, count }) => ({ group: names[g], count })));
    expect(Object.values(sampler.allocation())).toEqual([...samples]);
    expect(sampler.left).toBeCloseTo(900 - spend(three, samples), 9);
  });

  it("plans to the end close to the best split", () => {
    const sampler = new AdaptiveSampler(sampled, { ...options, rule: "planToEnd", batchCost: 6 });
    play(sampler);
    const { samples } = optimalAllocation(
      three.map((each) => ({ ...each, min: 60 })),
      900,
      identity,
    );
    for (const [g, n] of Object.values(sampler.allocation()).entries()) {
      expect(Math.abs(n - (samples[g] as number))).toBeLessThan(8);
    }
  });

  it("has nothing to buy with little money, no groups or empty groups", () => {
    const owned = sampled.map((each) => ({ ...each, have: 60 }));
    const poor = new AdaptiveSampler(owned, { ...options, budget: 1, batchCost: 2 });
    for (const { name } of owned)
      poor.record(name, [
        { n: 10, score: 0.1 },
        { n: 60, score: 0.2 },
      ]);
    expect(poor.next()).toBeNull();
    expect(new AdaptiveSampler([], options).next()).toBeNull();
    expect(
      new AdaptiveSampler(
        sampled.map((each) => ({ ...each, max: 0 })),
        options,
      ).next(),
    ).toBeNull();
    const mixed = new AdaptiveSampler([{ name: "none", cost: 1, weight: 1, max: 0 }, ...owned], options);
    for (const { name } of owned)
      mixed.record(name, [
        { n: 10, score: 0.1 },
        { n: 60, score: 0.2 },
      ]);
    expect(mixed.next()).not.toBeNull();
    expect(mixed.allocation().none).toBe(0);
  });

  it("never buys more than there is", () => {
    const sampler = new AdaptiveSampler(
      sampled.map((each) => ({ ...each, max: 100 })),
      options,
    );
    play(sampler);
    expect(Object.values(sampler.allocation())).toEqual([100, 100, 100]);
  });

  it("puts a group whose utility has no value yet first", () => {
    const owned = sampled.map((each) => ({ ...each, have: 60 }));
    const fit = ([first]: readonly { score: number }[]) => saturatingCurve(first?.score ?? 0, 100);
    const sampler = new AdaptiveSampler(owned, { ...options, fit, utility: parseUtility("log") });
    for (const name of names) sampler.record(name, [{ n: 60, score: name === "b" ? 0 : 0.5 }]);
    expect(sampler.next()?.group).toBe("b");
  });

  it.each<[string, () => unknown, RegExp]>([
    ["a budget below the warm-up", () => new AdaptiveSampler(sampled, { ...options, budget: 200 }), /costs 270.*200/],
    ["a cost of 0", () => new AdaptiveSampler([{ name: "x", cost: 0, weight: 1 }], options), /cost of x is 0/],
    ["two groups of one name", () => new AdaptiveSampler([...sampled, ...sampled], options), /same name/],
    [
      "going on without scores",
      () => {
        const sampler = new AdaptiveSampler(sampled, options);
        for (let i = 0; i < 4; i++) sampler.next();
      },
      /"a" has no scores/,
    ],
    ["scores of a stranger", () => new AdaptiveSampler(sampled, options).record("x", []), /no group "x"/],
    [
      "a score that is not finite",
      () =>
        new AdaptiveSampler(sampled, options).record("a", [
          { n: 5, score: 1 },
          { n: 9, score: Number.POSITIVE_INFINITY },
        ]),
      /Infinity/,
    ],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("the usual splits", () => {
  it("use the budget up in their proportions", () => {
    const groups = [
      { cost: 1, share: 0.75 },
      { cost: 1, share: 0.2 },
      { cost: 3, share: 0.05 },
    ];
    expect([...heuristicAllocation("equal", groups, 1200)]).toEqual([240, 240, 240]);
    expect([...heuristicAllocation("equalSpending", groups, 1200)].map(Math.round)).toEqual([400, 400, 133]);
    const proportional = heuristicAllocation("proportional", groups, 1200);
    expect((proportional[0] as number) / (proportional[2] as number)).toBeCloseTo(15);
    expect(
      spend(
        groups.map((each) => ({ ...group(1, 1), cost: each.cost })),
        proportional,
      ),
    ).toBeCloseTo(1200);
    const inverse = heuristicAllocation("inverse", groups, 1200);
    expect((inverse[2] as number) / (inverse[0] as number)).toBeCloseTo(15);
  });
});
