import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { type CycleReport, runActiveLearning } from "./active-learning.ts";
import { annotatorRules, annotatorSelector, ieThreshold } from "./annotator-selection.ts";
import { AnswerLog, type Reply } from "./answers.ts";
import { boxOracle, itemsInBox } from "./boxes.ts";
import { ridgeLogistic } from "./classifier.ts";
import { annotatorCost, bayesDecision, costWarnings, itemCost, learnCosts, uniformCost } from "./costs.ts";
import { answerInformation, infoPerCost } from "./information.ts";
import { jointEm } from "./joint-em.ts";
import { coinConfusion, oneCoin } from "./one-coin.ts";
import { groupPairs, spreadLabels } from "./pairwise.ts";
import { type QueryRule, queryRules } from "./query-selection.ts";
import { type LoopState, type PairSelection, selectPairs } from "./select-pairs.ts";
import { simulateAnnotators } from "./simulate-annotators.ts";

const even = [0.5, 0.5];
const coin = (alpha: number) => coinConfusion(alpha, 2);

describe("information per cost", () => {
  it("is 1 − H₂(α) for coins, nothing at ½, and the same for liars", () => {
    const entropy = (p: number) => -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
    for (const p of [0.55, 0.7, 0.95]) expect(answerInformation(even, coin(p))).toBeCloseTo(1 - entropy(p), 12);
    expect(answerInformation(even, coin(0.5))).toBe(0);
    expect(answerInformation(even, coin(0.1))).toBeCloseTo(answerInformation(even, coin(0.9)), 12);
    expect(answerInformation([1, 0], coin(0.9))).toBeCloseTo(0, 12);
  });

  it("is H(π) − E H(posterior) for any belief and confusion matrix", () => {
    const shares = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
    const normal = (row: number[]) => row.map((x) => x / row.reduce((a, b) => a + b));
    const entropy = (row: number[]) => -row.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 0);
    fc.assert(
      fc.property(shares, shares, shares, shares, (a, b, c, d) => {
        const prior = normal(a);
        const rows = [b, c, d].map(normal);
        let left = 0;
        for (let l = 0; l < 3; l++) {
          const joint = prior.map((p, k) => p * (rows[k]?.[l] ?? 0));
          left += joint.reduce((x, y) => x + y) * entropy(normal(joint));
        }
        expect(answerInformation(prior, rows.flat())).toBeCloseTo(entropy(prior) - left, 9);
      }),
    );
  });

  it("prefers the cheaper of equals and the better at one price", () => {
    expect(infoPerCost(even, coin(0.8), 1)).toBeGreaterThan(infoPerCost(even, coin(0.8), 2));
    expect(infoPerCost(even, coin(0.9), 2)).toBeGreaterThan(infoPerCost(even, coin(0.8), 2));
    expect(() => infoPerCost(even, coin(0.8), 0)).toThrow(/cost 0/);
  });
});

describe("decisions and costs", () => {
  it("decides as enumeration does, and as argmax for equal costs", () => {
    const costs = [
      [0, 5, 1],
      [1, 0, 2],
      [9, 1, 0],
    ];
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), (raw) => {
        const p = raw.map((x) => x / raw.reduce((a, b) => a + b));
        const risks = [0, 1, 2].map((j) => p.reduce((sum, q, c) => sum + q * (costs[c]?.[j] ?? 0), 0));
        const { label, risk } = bayesDecision(p, costs);
        expect(risk).toBeCloseTo(Math.min(...risks), 12);
        expect(risks[label]).toBeCloseTo(risk, 12);
        expect(p[bayesDecision(p).label]).toBeCloseTo(Math.max(...p), 12);
      }),
    );
  });

  it("warns of a diagonal that is not 0 and refuses what is no matrix", () => {
    expect(
      costWarnings([
        [0, 1],
        [2, 3],
      ]),
    ).toEqual(["Deciding rightly for class 1 costs 3, not 0."]);
    expect(() => costWarnings([[0, 1], [2]])).toThrow(/row 1/);
    expect(() =>
      costWarnings([
        [0, Number.NaN],
        [2, 0],
      ]),
    ).toThrow(/class 1 where 0 is true/);
    expect(() => annotatorCost([1, 0])).toThrow(/annotator 1 costs 0/);
  });

  it("learns what items and annotators cost from what was paid", () => {
    const random = new Random(1);
    const features = { values: Float64Array.from({ length: 80 }, () => random.float()), width: 2 };
    const cost = (i: number, k: number) => 1 + 3 * (features.values[2 * i] as number) + 2 * k;
    const paid = Array.from({ length: 60 }, (_, at) => {
      const [item, annotator] = [at % 40, at % 2];
      return { item, annotator, cost: cost(item, annotator) };
    });
    const learned = learnCosts(paid, features, 2, 1e-6);
    expect(learned.annotation(3, 0)).toBeCloseTo(cost(3, 0), 3);
    expect(itemCost([2, 5], [1, 10]).annotation(1, 1)).toBe(50);
  });
});

describe("IEThresh", () => {
  it("keeps everybody at the start and drops a coin after enough answers", () => {
    expect(ieThreshold([[], [], []]).kept).toEqual([true, true, true]);
    const rewards = (p: number) => Array.from({ length: 60 }, (_, i) => (i % 20 < 20 * p ? 1 : 0));
    expect(ieThreshold([rewards(0.95), rewards(0.5)]).kept).toEqual([true, false]);
  });
});

describe("other interactions", () => {
  it("joins pairs, reports contradictions, and hands labels on", () => {
    const groups = groupPairs(5, [
      { a: 0, b: 1, same: true },
      { a: 1, b: 2, same: true },
      { a: 3, b: 4, same: false },
      { a: 2, b: 0, same: false },
    ]);
    expect([...groups.group]).toEqual([0, 0, 0, 1, 2]);
    expect(groups.conflicts).toEqual([{ a: 2, b: 0, same: false }]);
    expect(spreadLabels(groups, [undefined, 1, undefined, undefined, 0])).toEqual([1, 1, 1, undefined, 0]);
    expect(() => groupPairs(2, [{ a: 0, b: 2, same: true }])).toThrow(/item 2/);
  });

  it("finds no conflict where answers follow labels", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 12 }), (labels) => {
        const pairs = labels.flatMap((x, a) => labels.map((y, b) => ({ a, b, same: x === y })));
        const { conflicts, group } = groupPairs(labels.length, pairs);
        expect(conflicts).toEqual([]);
        for (const { a, b, same } of pairs) expect(group[a] === group[b]).toBe(same);
      }),
    );
  });

  it("calls a box of nine in ten pure", () => {
    const features = { values: Float64Array.from({ length: 11 }, (_, i) => i), width: 1 };
    const inside = itemsInBox(features, { low: [0], high: [9] });
    expect(inside.length).toBe(10);
    const labels = [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
    expect(boxOracle(labels, inside, 1)).toEqual({ yes: true, purity: 0.9 });
    expect(boxOracle(labels, inside, 0).yes).toBe(false);
    expect(boxOracle(labels, [], 1).yes).toBe(false);
  });
});

/** Two blobs, told apart by the first feature. */
function problem(seed: number, items: number) {
  const random = new Random(seed);
  const values = Float64Array.from({ length: 2 * items }, () => random.normal());
  const truth = Int32Array.from({ length: items }, (_, i) => ((values[2 * i] as number) > 0 ? 1 : 0));
  return { features: { values, width: 2 }, truth };
}

async function all(cycles: AsyncGenerator<CycleReport>): Promise<CycleReport[]> {
  const list: CycleReport[] = [];
  for await (const report of cycles) list.push(report);
  return list;
}

const prices = [3, 1.5, 1];

function loop(select: Partial<PairSelection>, change: Partial<Parameters<typeof runActiveLearning>[0]> = {}) {
  const { features, truth } = problem(5, 40);
  const crowd = simulateAnnotators(truth, 2, { kind: "oneCoin", accuracies: [0.95, 0.8, 0.6] }, new Random(6));
  return runActiveLearning({
    features,
    annotators: 3,
    ask: crowd.ask,
    costs: annotatorCost(prices),
    classifier: ridgeLogistic(),
    model: jointEm({ classifier: ridgeLogistic() }),
    select: { query: "uncertainty", annotator: "infoPerCost", batch: 4, ...select },
    budget: 60,
    warmUp: 4,
    random: new Random(7),
    ...change,
  });
}

describe("the learning cycle", () => {
  it.each([...queryRules.map((query) => ({ query })), ...annotatorRules.map((annotator) => ({ annotator }))])(
    "asks no pair twice and pays for every one within the budget: %j",
    async (select) => {
      const reports = await all(loop(select));
      const asked = reports.flatMap((report) => report.asked);
      const last = reports.at(-1);
      expect(new Set(asked.map(({ item, annotator }) => `${item} ${annotator}`)).size).toBe(asked.length);
      const total = asked.reduce((sum, { cost }) => sum + cost, 0);
      expect(last?.spent).toBeCloseTo(total, 9);
      expect(last?.log.spent).toBeCloseTo(total, 9);
      expect(total).toBeLessThanOrEqual(60 + 1e-9);
      expect(total).toBeGreaterThan(59);
      for (const { annotator, cost } of asked) expect(cost).toBe(prices[annotator]);
    },
  );

  it("asks everybody about the warm-up, then one or more about each item", async () => {
    const [first, second] = await all(loop({ votes: 2 }));
    expect(first?.asked.length).toBe(12);
    const items = second?.asked.map(({ item }) => item) ?? [];
    expect(new Set(items).size).toBe(4);
    expect(items.length).toBe(8);
  });

  it("charges for don't know, and learns nothing from it", async () => {
    const reports = await all(loop({}, { ask: (i: number): Reply => ({ label: i % 2 === 0 ? undefined : 1 }) }));
    const last = reports.at(-1);
    expect(last?.spent).toBeGreaterThan(59);
    expect(last?.log.weight.some((w) => w === 0)).toBe(true);
  });

  it("stops when the pool is exhausted, and when questions no longer pay", async () => {
    const exhausted = await all(loop({ batch: 100 }, { budget: 1e6 }));
    expect(exhausted.flatMap(({ asked }) => asked).length).toBe(120);
    const cheapMistakes = {
      ...annotatorCost(prices),
      misclassification: [
        [0, 0.01],
        [0.01, 0],
      ],
    };
    const stopped = await all(loop({}, { costs: cheapMistakes, stopAfter: 2 }));
    expect(stopped.length).toBe(3);
  });

  it("refuses a budget below the cheapest question", async () => {
    await expect(all(loop({}, { budget: 0.5 }))).rejects.toThrow(/budget 0.5 is below the cheapest question, 1/);
  });

  it("warns of costs of mistakes that are odd, and refuses what is no matrix of the classes", async () => {
    const misclassification = [
      [0, 1],
      [2, 3],
    ];
    const odd = await all(loop({}, { costs: { ...uniformCost(), misclassification } }));
    expect(odd[0]?.warnings).toEqual(["Deciding rightly for class 1 costs 3, not 0."]);
    expect((await all(loop({})))[0]?.warnings).toEqual([]);
    const short = { ...uniformCost(), misclassification: [[0]] };
    await expect(all(loop({}, { costs: short }))).rejects.toThrow(/1 rows for 2 classes/);
  });

  it("comes to trust the best annotator and to classify well", async () => {
    const reports = await all(loop({ relabel: true }, { budget: 120, costs: uniformCost() }));
    const last = reports.at(-1);
    const { truth, features } = problem(8, 400);
    const p = last?.classifier.predict(features) ?? [];
    const right = Array.from(truth).filter((c, i) => (p[2 * i + c] as number) > 0.5).length;
    expect(right / 400).toBeGreaterThan(0.9);
    expect(last?.fit.reliability(0)).toBeGreaterThan(last?.fit.reliability(2) ?? 1);
  });
});

describe("choosing pairs", () => {
  function state(): LoopState {
    const log = new AnswerLog(4, 2, 2);
    log.add(0, 0, { label: 1 }, 1);
    log.add(0, 1, { label: 0 }, 1);
    log.add(1, 0, { label: 1 }, 1);
    const fit = {
      posterior: Float64Array.of(0.5, 0.5, 0.1, 0.9, 0.3, 0.7, 0.4, 0.6),
      reliability: (k: number) => [0.9, 0.6][k] as number,
      confusion: (k: number) => coin([0.9, 0.6][k] as number),
      history: [],
      converged: true,
    };
    return {
      log,
      fit,
      features: { values: new Float64Array(8), width: 2 },
      predicted: Float64Array.of(0.5, 0.5, 0.5, 0.5, 0.3, 0.7, 0.4, 0.6),
      learner: ridgeLogistic(),
      costs: annotatorCost([4, 1]),
      random: new Random(1),
    };
  }
  const pairs = (selection: PairSelection, budget?: number) =>
    selectPairs(state(), selection, budget).map(({ item, annotator }) => [item, annotator]);

  it("takes the most uncertain new items and the most informative annotator", () => {
    expect(pairs({ query: "uncertainty", annotator: "best", batch: 2 })).toEqual([
      [3, 0],
      [2, 0],
    ]);
    expect(pairs({ query: "uncertainty", annotator: "infoPerCost", batch: 1 })).toEqual([[3, 0]]);
    expect(pairs({ query: "uncertainty", annotator: "best", batch: 2 }, 5)).toEqual([
      [3, 0],
      [2, 1],
    ]);
  });

  it("weighs price against reliability over the whole table when joint", () => {
    // .4·.6/1 for item 3 and annotator 1 against .4·.9/4.
    expect(pairs({ query: "uncertainty", annotator: "best", mode: "joint", batch: 2 })).toEqual([
      [3, 1],
      [2, 1],
    ]);
  });

  it("relabels where answers leave more doubt than a new item would have", () => {
    const [first] = selectPairs(state(), { query: "entropy", annotator: "best", batch: 4, relabel: true });
    expect(first?.item).toBe(3); // item 0 has no annotator left
    const again = pairs({ query: "entropy", annotator: "best", batch: 4, relabel: true });
    expect(again).toEqual([
      [3, 0],
      [2, 0],
      [1, 1],
    ]);
  });

  it("takes a rule of one's own", () => {
    const selection: PairSelection = {
      query: (_, items) => Float64Array.from(items, (i) => -i),
      annotator: () => Float64Array.of(Number.NEGATIVE_INFINITY, 1),
    };
    expect(pairs(selection)).toEqual([[2, 1]]);
    expect(annotatorSelector("best")(state(), 0)).toEqual(Float64Array.of(0.9, 0.6));
    const rule: QueryRule = "margin";
    expect(pairs({ query: rule, annotator: "roundRobin" })).toEqual([[3, 1]]);
  });
});

describe("joint EM", () => {
  it("needs features and an answer, and classifiers of as many classes", () => {
    const empty = new AnswerLog(3, 1, 2);
    const features = { values: new Float64Array(6), width: 2 };
    const joint = jointEm({ classifier: ridgeLogistic() });
    expect(() => joint.fit(empty, { features })).toThrow(/no answer/);
    expect(() => joint.fit(empty)).toThrow(/needs features/);
    expect(() => jointEm({ classifier: ridgeLogistic({ classes: 3 }) }).fit(empty, { features })).toThrow(/3 classes/);
  });

  it("overrules a bad annotator where the features speak clearly, with any model of them", () => {
    const { features, truth } = problem(11, 120);
    const crowd = simulateAnnotators(truth, 2, { kind: "oneCoin", accuracies: [0.9, 0.75] }, new Random(2));
    const log = new AnswerLog(120, 2, 2);
    for (let i = 0; i < 120; i++) for (const k of [0, 1]) log.add(i, k, crowd.ask(i, k), 1);
    const wrong = (posterior: ArrayLike<number>) =>
      truth.filter((c, i) => (posterior[2 * i + c] as number) < 0.5).length;
    const alone = wrong(oneCoin().fit(log).posterior);
    for (const annotators of ["oneCoin", "dawidSkene", "instance"] as const) {
      const fit = jointEm({ classifier: ridgeLogistic(), annotators }).fit(log, { features });
      expect(wrong(fit.posterior)).toBeLessThan(alone);
      expect(fit.reliability(0)).toBeGreaterThan(fit.reliability(1));
    }
  });

  it("leaves a row out as refitting without it does", () => {
    const { features, truth } = problem(3, 30);
    const soft = Float64Array.from({ length: 60 }, (_, at) => (at % 2 === truth[at >> 1] ? 0.9 : 0.1));
    const leftOut = ridgeLogistic({ l2: 1 }).fit(features, soft).leftOut?.() ?? [];
    for (let r = 0; r < 30; r++) {
      const kept = Array.from({ length: 30 }, (_, i) => i).filter((i) => i !== r);
      const rest = {
        values: Float64Array.from(kept.flatMap((i) => [...features.values.subarray(2 * i, 2 * i + 2)])),
        width: 2,
      };
      const targets = Float64Array.from(kept.flatMap((i) => [...soft.subarray(2 * i, 2 * i + 2)]));
      const refitted = ridgeLogistic({ l2: 1 }).fit(rest, targets).predict(features);
      expect(Math.abs((leftOut[2 * r + 1] ?? 9) - (refitted[2 * r + 1] ?? 0))).toBeLessThan(0.01);
    }
  });

  it("tells three classes apart", () => {
    const random = new Random(9);
    const truth = Int32Array.from({ length: 90 }, (_, i) => i % 3);
    const values = Float64Array.from({ length: 180 }, (_, at) =>
      random.normal(at % 2 === 0 ? (truth[at >> 1] ?? 0) * 3 : 0),
    );
    const crowd = simulateAnnotators(truth, 3, { kind: "oneCoin", accuracies: [0.7, 0.6] }, new Random(1));
    const log = new AnswerLog(90, 2, 3);
    for (let i = 0; i < 90; i++) for (const k of [0, 1]) log.add(i, k, crowd.ask(i, k), 1);
    const fit = jointEm({ classifier: ridgeLogistic({ classes: 3 }) }).fit(log, { features: { values, width: 2 } });
    expect(truth.filter((c, i) => (fit.posterior[3 * i + c] as number) > 0.5).length).toBeGreaterThan(72);
  });
});

describe("simulated annotators", () => {
  it("err as asked: coins, confusion matrices, places, and with every answer more", () => {
    const truth = Int32Array.from({ length: 4000 }, (_, i) => i % 2);
    const features = { values: Float64Array.from(truth, (_, i) => (i % 4 < 2 ? 1 : -1)), width: 1 };
    const share = (crowd: ReturnType<typeof simulateAnnotators>, items: number[]) =>
      items.filter((i) => crowd.ask(i, 0).label === truth[i]).length / items.length;
    const every = Array.from({ length: 4000 }, (_, i) => i);
    const make = (simulation: Parameters<typeof simulateAnnotators>[2]) =>
      simulateAnnotators(truth, 2, simulation, new Random(4));
    expect(share(make({ kind: "oneCoin", accuracies: [0.8] }), every)).toBeCloseTo(0.8, 1);
    const matrices = [
      [
        [0.9, 0.1],
        [0.4, 0.6],
      ],
    ];
    expect(
      share(
        make({ kind: "confusion", matrices }),
        every.filter((i) => i % 2 === 1),
      ),
    ).toBeCloseTo(0.6, 1);
    const accuracy = (_: number, x: Float64Array) => ((x[0] ?? 0) > 0 ? 0.95 : 0.5);
    const expert = make({ kind: "instance", annotators: 1, features, accuracy });
    expect(
      share(
        expert,
        every.filter((i) => i % 4 < 2),
      ),
    ).toBeCloseTo(0.95, 1);
    const tired = make({ kind: "fatigue", accuracies: [0.9], loss: 0.01 });
    expect(share(tired, every.slice(0, 20))).toBeGreaterThan(0.75);
    expect(share(tired, every.slice(2000))).toBeCloseTo(0.5, 1);
  });
});
