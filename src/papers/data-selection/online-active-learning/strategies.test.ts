import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { LabelBudget } from "../label-budget.ts";
import { OnlineLogistic } from "../online-logistic.ts";
import { runStream } from "../prequential.ts";
import type { QueryContext, QueryStrategy } from "../query-strategy.ts";
import { importanceWeighted, queryByCommittee } from "./committee-strategies.ts";
import { densityWeighted } from "./density-weighted.ts";
import { EvolvingPrototypes } from "./evolving-prototypes.ts";
import { exp3Chooser } from "./exp3-chooser.ts";
import { SlidingPoints, SlidingRanks } from "./sliding-window.ts";
import { makeStrategy, strategyNames } from "./strategies.ts";
import {
  fixedUncertainty,
  randomizedVariableUncertainty,
  randomSampling,
  selectiveSampling,
  splitSampling,
  variableUncertainty,
} from "./uncertainty-strategies.ts";

const x0 = Float64Array.of(0);
const context = (p: number, more: Partial<QueryContext> = {}): QueryContext => ({
  proba: Float64Array.of(1 - p, p),
  t: 0,
  labels: 0,
  rng: new Random(1),
  ...more,
});

/** A stream of two classes whose labels explode when they are read before the strategy has decided. */
function guarded(count: number, seed: number, decided: { yes: boolean }) {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const x = Float64Array.of(random.normal(), random.normal());
    const y = +random.bool(1 / (1 + Math.exp(-3 * (x[0] ?? 0))));
    return {
      x,
      get y() {
        if (!decided.yes) throw new Error("the label was read before the decision");
        decided.yes = false;
        return y;
      },
    };
  });
}

/** Marks every decision; records the budget allows none for are decided by that. */
function watched(
  strategy: QueryStrategy,
  budget: LabelBudget,
  decided: { yes: boolean },
): [QueryStrategy, LabelBudget] {
  const available = budget.available.bind(budget);
  budget.available = () => {
    const free = available();
    if (!free) decided.yes = true;
    return free;
  };
  const shouldQuery = strategy.shouldQuery.bind(strategy);
  strategy.shouldQuery = (x, given) => {
    const decision = shouldQuery(x, given);
    decided.yes = true;
    return decision;
  };
  return [strategy, budget];
}

describe.each(strategyNames)("strategy %s", (name) => {
  const run = (seed: number, rate = 0.1) => {
    const decided = { yes: false };
    const [strategy, budget] = watched(makeStrategy(name), new LabelBudget({ rate }), decided);
    return runStream(guarded(1500, 9, decided), new OnlineLogistic({ dimension: 2 }), strategy, budget, {
      random: new Random(seed),
    });
  };

  it("buys no more than rate · t + 1 labels in any prefix, and reads none before it has decided", () => {
    const { queries, labelRate } = run(1);
    expect(queries.length).toBeGreaterThan(10);
    for (const [i, at] of queries.entries()) expect(i + 1).toBeLessThanOrEqual(0.1 * (at + 1) + 1);
    expect(labelRate).toBeLessThanOrEqual(0.1 + 1 / 1500);
  });

  it("does the same again for the same seed", () => {
    const [a, b] = [run(2), run(2)];
    expect([...a.queries]).toEqual([...b.queries]);
    expect(a.errorRate).toBe(b.errorRate);
  });

  it("goes on from its saved state as if it had not stopped", () => {
    const points = new Random(5);
    const [first, second] = [makeStrategy(name), makeStrategy(name)];
    const step = (strategy: QueryStrategy, at: number, x: Float64Array, p: number) => {
      const proba = Float64Array.of(1 - p, p);
      const committee = [proba, Float64Array.of(p, 1 - p), proba];
      const { query } = strategy.shouldQuery(x, { proba, committee, t: at, labels: 0, rng: new Random(at) });
      strategy.observe({ queried: query, x, ...(query ? { y: 1, correct: p > 0.5 } : {}) });
      return query;
    };
    const next = () => [Float64Array.of(points.normal()), points.float()] as const;
    for (let at = 0; at < 300; at++) step(first, at, ...next());
    second.restore?.(JSON.parse(JSON.stringify(first.save?.() ?? null)));
    for (let at = 300; at < 500; at++) {
      const [x, p] = next();
      expect(step(second, at, x, p)).toBe(step(first, at, x, p));
    }
  });
});

describe("uncertainty strategies", () => {
  it("move the threshold as computed by hand", () => {
    const strategy = variableUncertainty({ step: 0.1 });
    const script: [number, boolean, number][] = [
      [0.95, true, 0.9],
      [0.85, true, 0.81],
      [0.85, false, 0.891],
      [0.9, false, 0.9801],
      [0.99, false, 1],
      [1, true, 0.9],
    ];
    for (const [c, query, threshold] of script) {
      expect(strategy.shouldQuery(x0, context(c)).query).toBe(query);
      expect(strategy.threshold).toBeCloseTo(threshold, 12);
    }
  });

  it("query what lies below every threshold, and everything at a threshold of 1 and a budget of 1", () => {
    const even = context(0.5);
    for (const strategy of [fixedUncertainty({ threshold: 0.51 }), variableUncertainty(), splitSampling()])
      expect(strategy.shouldQuery(x0, even).query).toBe(true);
    const random = new Random(3);
    const records = Array.from({ length: 300 }, () => ({
      x: Float64Array.of(random.normal()),
      y: random.int(0, 1),
    }));
    const active = runStream(
      records,
      new OnlineLogistic({ dimension: 1 }),
      fixedUncertainty({ threshold: 1 }),
      new LabelBudget({ rate: 1 }),
      { random },
    );
    const supervised = new OnlineLogistic({ dimension: 1 });
    for (const { x, y } of records) supervised.learnOne(x, y);
    expect(active.labelRate).toBe(1);
    expect(active.learner.toJSON()).toEqual(supervised.toJSON());
  });

  it("have the chances they state", () => {
    const rng = new Random(7);
    const chance = (make: () => QueryStrategy, p: number) => {
      let [asked, stated] = [0, 0];
      for (let i = 0; i < 4000; i++) {
        const decision = make().shouldQuery(x0, context(p, { rng }));
        asked += +decision.query;
        stated += decision.probability;
      }
      return [asked / 4000, stated / 4000] as const;
    };
    for (const make of [
      () => randomSampling({ probability: 0.3 }),
      () => selectiveSampling({ b: 0.5 }),
      () => randomizedVariableUncertainty({ sigma: 0.5 }),
    ]) {
      const [asked, stated] = chance(make, 0.9);
      expect(Math.abs(asked - stated)).toBeLessThan(0.03);
    }
    expect(chance(() => selectiveSampling({ b: 0.5 }), 0.9)[1]).toBeCloseTo(0.5 / (0.5 + Math.log(9)), 10);
    expect(chance(() => randomizedVariableUncertainty(), 1)[1]).toBeCloseTo(0.5, 6);
  });

  it("mark the blind branch of split, whatever the model thinks", () => {
    const rng = new Random(1);
    const strategy = splitSampling({ fraction: 0.2 });
    let blind = 0;
    for (let i = 0; i < 5000; i++) {
      const decision = strategy.shouldQuery(x0, context(0.999999, { rng }));
      if (decision.blind) {
        blind++;
        expect(decision.query).toBe(true);
      }
    }
    expect(Math.abs(blind / 5000 - 0.2)).toBeLessThan(0.02);
  });

  it("refuse settings and contexts that make no sense", () => {
    expect(() => randomSampling({ probability: 0 })).toThrow(/probability 0/);
    expect(() => variableUncertainty({ step: 1 })).toThrow(/step 1/);
    expect(() => splitSampling({ fraction: 2 })).toThrow(/fraction 2/);
    expect(() => queryByCommittee({ size: 1 })).toThrow(/committee of 1/);
    expect(() => exp3Chooser({ strategies: [] })).toThrow(/no strategies/);
    expect(() => fixedUncertainty().shouldQuery(x0, { t: 0, labels: 0, rng: new Random(1) })).toThrow(/probabilities/);
    expect(() => queryByCommittee().shouldQuery(x0, context(0.5))).toThrow(/committee/);
  });
});

describe("importanceWeighted", () => {
  it("leaves the weighted loss unbiased", () => {
    const random = new Random(11);
    const strategy = importanceWeighted({ minProbability: 0.2 });
    const stream = Array.from({ length: 40 }, () => {
      const [a, b] = [random.float(), random.float()];
      return { committee: [Float64Array.of(1 - a, a), Float64Array.of(1 - b, b)], loss: random.float() };
    });
    const truth = stream.reduce((sum, { loss }) => sum + loss, 0);
    const draws = 4000;
    let [total, squares] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      let estimate = 0;
      for (const { committee, loss } of stream) {
        const { query, probability } = strategy.shouldQuery(x0, context(0.5, { committee, rng: random }));
        if (query) estimate += loss / probability;
      }
      total += estimate;
      squares += estimate ** 2;
    }
    const mean = total / draws;
    const error = Math.sqrt((squares / draws - mean ** 2) / draws);
    expect(Math.abs(mean - truth)).toBeLessThan(4 * error);
    expect(error).toBeLessThan(truth / 100);
  });
});

describe("density and windows", () => {
  it("ranks and distances equal those of a plain list", () => {
    const random = new Random(2);
    const ranks = new SlidingRanks(7);
    const points = new SlidingPoints(5);
    const numbers: number[] = [];
    const list: Float64Array[] = [];
    for (let i = 0; i < 60; i++) {
      const value = random.int(0, 9);
      const last = numbers.slice(-7);
      expect(ranks.rank(value)).toBe(last.length ? last.filter((v) => v <= value).length / last.length : 1);
      ranks.push(value);
      numbers.push(value);
      expect(ranks.values()).toEqual(numbers.slice(-7));
      const x = Float64Array.of(random.normal(), random.normal());
      const near = list.slice(-5);
      const squares = near.map((w) => ((x[0] ?? 0) - (w[0] ?? 0)) ** 2 + ((x[1] ?? 0) - (w[1] ?? 0)) ** 2);
      const mean = squares.reduce((a, b) => a + b, 0) / Math.max(1, near.length);
      expect(points.distance(x)).toBeCloseTo(Math.sqrt(mean), 10);
      points.push(x);
      list.push(x);
      expect(points.values()).toEqual(list.slice(-5).map((w) => [...w]));
    }
  });

  it("scores a new corner above a crowded place at equal doubt", () => {
    const strategy = densityWeighted({ window: 50 });
    const random = new Random(3);
    for (let i = 0; i < 100; i++) {
      const x = Float64Array.of(random.normal());
      strategy.shouldQuery(x, context(0.7));
      strategy.observe({ queried: false, x });
    }
    const far = { ...strategy.shouldQuery(Float64Array.of(8), context(0.7)) };
    const near = { ...strategy.shouldQuery(Float64Array.of(0), context(0.7)) };
    expect(far.score).toBeCloseTo(0.6, 10);
    expect(near.score).toBeLessThan(0.2);
  });
});

describe("exp3Chooser", () => {
  it("comes to prefer the strategy whose labels surprise the model", () => {
    const always = (name: string): QueryStrategy => ({
      name,
      shouldQuery: () => ({ query: true, probability: 1, score: 0 }),
      observe() {},
    });
    let asked = "";
    const spied = (name: string): QueryStrategy => ({
      ...always(name),
      shouldQuery: () => {
        asked = name;
        return { query: true, probability: 1, score: 0 };
      },
    });
    const chooser = exp3Chooser({ strategies: ["dull", "telling", "dull"].map(spied) });
    const rng = new Random(5);
    expect(chooser.chances).toEqual([1, 1, 1].map((n) => expect.closeTo(n / 3, 12)));
    for (let t = 0; t < 600; t++) {
      chooser.shouldQuery(x0, context(0.5, { rng }));
      const correct = asked === "dull" ? rng.bool(0.95) : rng.bool(0.4);
      chooser.observe({ queried: true, x: x0, y: 0, correct });
    }
    expect(chooser.chances[1]).toBeGreaterThan(0.6);
    expect(chooser.chances.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(Math.min(...chooser.chances)).toBeGreaterThanOrEqual(0.1 / 3 - 1e-12);
  });
});

describe("EvolvingPrototypes", () => {
  it("learns two rings that no line separates, in few prototypes, and survives JSON", () => {
    const random = new Random(6);
    const draw = () => {
      const [angle, y] = [random.uniform(0, 2 * Math.PI), random.int(0, 1)];
      const r = y === 0 ? 1 : 4;
      return { x: Float64Array.of(r * Math.cos(angle), r * Math.sin(angle)), y };
    };
    const learner = new EvolvingPrototypes({ dimension: 2, radius: 1, most: 40 });
    expect([...learner.predictProba(Float64Array.of(0, 0))]).toEqual([0.5, 0.5]);
    for (let i = 0; i < 400; i++) {
      const { x, y } = draw();
      learner.learnOne(x, y);
    }
    const copy = EvolvingPrototypes.from(JSON.parse(JSON.stringify(learner)));
    let wrong = 0;
    for (let i = 0; i < 200; i++) {
      const { x, y } = draw();
      const p = learner.predictProba(x)[1] ?? 0;
      expect(copy.predictProba(x)[1]).toBe(p);
      wrong += +(p > 0.5 !== (y === 1));
    }
    expect(wrong).toBeLessThan(5);
    expect(learner.size).toBeLessThanOrEqual(40);
    for (let i = 0; i < 100; i++) learner.learnOne(Float64Array.of(10 * i, 0), 0);
    expect(learner.size).toBe(40);
  });
});
