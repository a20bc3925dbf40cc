import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../kit/random.ts";
import { ActiveStream, type DriftDetector } from "./active-stream.ts";
import { LabelBudget } from "./label-budget.ts";
import { OnlineLogistic } from "./online-logistic.ts";
import { runStream } from "./prequential.ts";
import type { Passed, QueryStrategy } from "./query-strategy.ts";

/** Asks when it is told to; writes down what passed. */
function scripted(wish: (t: number) => boolean): QueryStrategy & { passed: Passed[] } {
  const passed: Passed[] = [];
  return {
    name: "scripted",
    passed,
    shouldQuery: (_, { t }) => ({ query: wish(t), probability: +wish(t), score: 0 }),
    observe: (one) => void passed.push({ ...one }),
  };
}

const learner = () => new OnlineLogistic({ dimension: 1 });
const point = (x: number) => Float64Array.of(x);

describe("LabelBudget", () => {
  it("never lets more than rate · t + 1 labels pass under the cap, whoever asks", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.array(fc.boolean(), { maxLength: 300 }),
        (rate, wishes) => {
          let budget = new LabelBudget({ rate });
          for (const wish of wishes) {
            budget.record(wish && budget.available());
            expect(budget.labels).toBeLessThanOrEqual(rate * budget.records + 1);
            budget = LabelBudget.from(JSON.parse(JSON.stringify(budget)));
          }
        },
      ),
    );
  });

  it("converges to the rate with the exponential window on independent wishes", () => {
    const random = new Random(1);
    const budget = new LabelBudget({ rate: 0.1, mode: "window" });
    for (let t = 0; t < 20_000; t++) budget.record(random.bool(0.5) && budget.available());
    expect(Math.abs(budget.spent() - 0.1)).toBeLessThan(0.01);
  });

  it("refuses a rate outside (0, 1]", () => {
    for (const rate of [0, -0.1, 1.1, Number.NaN]) expect(() => new LabelBudget({ rate })).toThrow(/not in \(0, 1\]/);
    expect(new LabelBudget({ rate: 1 }).available()).toBe(true);
  });
});

describe("ActiveStream", () => {
  const stream = (wish: (t: number) => boolean, detector?: DriftDetector, rate = 1) => {
    const strategy = scripted(wish);
    const budget = new LabelBudget({ rate });
    const active = new ActiveStream({
      learner: learner(),
      strategy,
      budget,
      random: new Random(1),
      ...(detector ? { detector } : {}),
    });
    return { active, strategy, budget };
  };

  it("spends on answers and on deferred labels, not on skipped ones, and looks at no label it did not ask for", () => {
    const { active, strategy, budget } = stream((t) => t !== 1);
    active.ask(point(1));
    active.answer(1);
    active.ask(point(1));
    active.answer(0);
    active.ask(point(2));
    active.skip();
    active.ask(point(3));
    active.defer();
    expect(budget.toJSON()).toMatchObject({ records: 4, labels: 2 });
    expect(strategy.passed.map(({ queried, y, correct }) => [queried, y, correct])).toEqual([
      [true, 1, false],
      [false, undefined, undefined],
      [false, undefined, undefined],
      [true, undefined, undefined],
    ]);
    const taught = learner();
    taught.learnOne(point(1), 1);
    expect(active.learner.toJSON()).toEqual(taught.toJSON());
    active.learn(point(3), 1);
    taught.learnOne(point(3), 1);
    expect(active.learner.toJSON()).toEqual(taught.toJSON());
  });

  it("keeps its order: one answer to every question", () => {
    const { active } = stream(() => true);
    expect(() => active.answer(1)).toThrow(/no record/);
    active.ask(point(1));
    expect(() => active.ask(point(1))).toThrow(/not answered/);
    expect(() => active.answer()).toThrow(/answer, skip or defer/);
    active.answer(1);
    expect(() => active.ask(Float64Array.of(1, 2))).toThrow("record 1 has 2 values and 1 are wanted");
    expect(() => active.ask(point(Number.NaN))).toThrow("value 0 of record 1 is NaN");
  });

  it("starts again from the records kept since the warning when the detector says so", () => {
    const signals = ["stable", "warning", "warning", "drift", "stable"] as const;
    let at = 0;
    const { active } = stream(() => true, { add: () => signals[at++] ?? "stable", reset: () => {} });
    for (const x of [1, 2, 3, 4, 5]) {
      active.ask(point(x));
      active.answer(x % 2);
    }
    const fresh = learner();
    for (const x of [2, 3, 4, 5]) fresh.learnOne(point(x), x % 2);
    expect(active.learner.toJSON()).toEqual(fresh.toJSON());
    expect(active.driftEvents).toEqual([3]);
  });
});

describe("ActiveStream.arrive", () => {
  /** All decisions of a strategy with a blind branch, blind at even records and drawn as arm t. */
  function deferring(more: Partial<QueryStrategy> = {}) {
    const rewarded: number[] = [];
    const watched: boolean[] = [];
    const strategy: QueryStrategy = {
      ...{ name: "blind at even records", hasBlindBranch: true, observe: () => {} },
      shouldQuery: (_, { t }) => ({
        ...{ query: true, probability: 0.5, score: 0, blind: t % 2 === 0 },
        arm: { index: t, chance: 0.25 },
      }),
      reward: ({ index }) => void rewarded.push(index),
      ...more,
    };
    const detector: DriftDetector = {
      add(wrong) {
        watched.push(wrong);
        return "warning";
      },
      reset: () => {},
    };
    const active = new ActiveStream({
      ...{ learner: learner(), strategy, budget: new LabelBudget({ rate: 1 }), random: new Random(1), detector },
    });
    const asked = [0, 1, 2, 3].map((t) => {
      const { probability, blind, arm } = active.ask(point(t + 1));
      active.defer();
      return { probability, blind, arm };
    });
    return { active, asked, rewarded, watched };
  }

  it("shows the detector blind labels only, and rewards the arms whose labels the model had got wrong", () => {
    const { active, asked, rewarded, watched } = deferring();
    // Class 1 at all of them: untrained the model guesses 0, and after one step 1.
    for (const [t, said] of asked.entries()) active.arrive(point(t + 1), 1, said);
    expect(rewarded).toEqual([0]);
    expect(watched).toEqual([true, false]);
    expect(active.buffer.map(({ x }) => x[0])).toEqual([1, 2, 3, 4]);
  });

  it("weighs a late label by the chance with which it was bought, if the strategy wants that", () => {
    const { active, asked } = deferring({ importanceWeighted: true });
    active.arrive(point(1), 1, asked[0] ?? { probability: 1 });
    const taught = learner();
    taught.learnOne(point(1), 1, 2);
    expect(active.learner.toJSON()).toEqual(taught.toJSON());
  });

  it("goes on from a saved buffer", () => {
    const { active } = deferring();
    active.resume(learner(), [], 1, [{ x: point(3), y: 1, weight: 1 }]);
    active.learn(point(4), 0);
    expect(active.buffer.map(({ x }) => x[0])).toEqual([3, 4]);
  });
});

describe("runStream", () => {
  it("counts the prediction made before the update, and gives the curve by windows", () => {
    const records = [1, -1, 1, -1, 1].map((x) => ({ x: point(x), y: +(x > 0) }));
    const result = runStream(
      records,
      learner(),
      scripted((t) => t === 0),
      new LabelBudget({ rate: 1 }),
      {
        random: new Random(1),
        window: 2,
      },
    );
    // Wrong about the first record only: an untrained tie is guessed to be class 0, and one step sets the sign right.
    expect(result.errorRate).toBe(0.2);
    expect(result.errorCurve.length).toBe(3);
    expect([...result.queries]).toEqual([0]);
    expect(result.labelRate).toBe(0.2);
  });

  it("learns as a supervised learner does when everything is asked for, and scores only labels that are there", () => {
    const random = new Random(3);
    const records = Array.from({ length: 200 }, () => ({ x: point(random.normal()), y: random.int(0, 1) }));
    const { learner: active } = runStream(
      records,
      learner(),
      scripted(() => true),
      new LabelBudget({ rate: 1 }),
      { random },
    );
    const supervised = learner();
    for (const { x, y } of records) supervised.learnOne(x, y);
    expect(active.toJSON()).toEqual(supervised.toJSON());
    const blank = records.map(({ x }) => ({ x }));
    const unlabelled = runStream(
      blank,
      learner(),
      scripted(() => true),
      new LabelBudget({ rate: 1 }),
      { random },
    );
    expect(unlabelled).toMatchObject({ errorRate: Number.NaN, labelRate: 0 });
    expect(() =>
      runStream(
        [],
        learner(),
        scripted(() => true),
        new LabelBudget({ rate: 1 }),
        { random },
      ),
    ).toThrow(/empty/);
  });
});
