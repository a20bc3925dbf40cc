import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { AnswerLog, type Answers, answersFromMatrix, mostProbable } from "./answers.ts";
import { dawidSkene } from "./dawid-skene.ts";
import type { AnnotatorModel } from "./em.ts";
import { instanceDependent } from "./instance-dependent.ts";
import { majorityVote } from "./majority-vote.ts";
import { coinPosterior, oneCoin } from "./one-coin.ts";
import { reliabilityTable } from "./reliability-table.ts";

/** Everybody answers everything, right with their accuracy. */
function crowd(seed: number, items: number, accuracies: number[], classes = 2): { answers: Answers; truth: number[] } {
  const random = new Random(seed);
  const truth = Array.from({ length: items }, () => random.int(0, classes - 1));
  const matrix = truth.map((c) =>
    accuracies.map((p) => (random.bool(p) ? c : (c + random.int(1, classes - 1)) % classes)),
  );
  return { answers: answersFromMatrix(matrix, classes), truth };
}

const close = (values: ArrayLike<number>, digits = 6) => Array.from(values, (x) => expect.closeTo(x, digits));

function relabelled(answers: Answers, label: (l: number) => number, annotator: (k: number) => number): Answers {
  return {
    ...answers,
    label: Array.from(answers.label, label),
    annotator: Array.from(answers.annotator, annotator),
  };
}

const models: [string, () => AnnotatorModel][] = [
  ["majority vote", majorityVote],
  ["one coin", oneCoin],
  ["Dawid–Skene", dawidSkene],
];

describe.each(models)("%s", (_, make) => {
  it("is sure of perfect annotators", () => {
    const { answers, truth } = crowd(1, 40, [1, 1, 1], 3);
    const { posterior } = make().fit(answers);
    expect([...mostProbable(posterior, 3)]).toEqual(truth);
    for (const [i, c] of truth.entries()) expect(posterior[i * 3 + c]).toBeGreaterThan(0.99);
  });

  it("returns the labels of a single annotator", () => {
    const labels = Array.from({ length: 60 }, (_, i) => [0, 1, 1, 2][i % 4] as number);
    const answers = answersFromMatrix([...labels.map((l) => [l]), [Number.NaN]], 3);
    expect([...mostProbable(make().fit(answers).posterior, 3)].slice(0, 60)).toEqual(labels);
  });

  it("does not care how classes and annotators are numbered", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (seed) => {
        const { answers } = crowd(seed, 30, [0.9, 0.7, 0.6, 0.8], 3);
        const turned = relabelled(
          answers,
          (l) => (l + 1) % 3,
          (k) => 3 - k,
        );
        const [plain, other] = [make().fit(answers), make().fit(turned)];
        for (let i = 0; i < 30; i++)
          for (let c = 0; c < 3; c++)
            expect(other.posterior[i * 3 + ((c + 1) % 3)]).toBeCloseTo(plain.posterior[i * 3 + c] ?? -1, 5);
        for (let k = 0; k < 4; k++) expect(other.reliability(3 - k)).toBeCloseTo(plain.reliability(k), 5);
      }),
      { numRuns: 20 },
    );
  });
});

describe("expectation maximisation", () => {
  it("never lowers likelihood times prior", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 2, max: 4 }), (seed, classes) => {
        const { answers } = crowd(seed, 25, [0.9, 0.4, 0.6, 0.3], classes);
        for (const model of [oneCoin(), dawidSkene(), dawidSkene({ smoothing: 0.1 })]) {
          const { history } = model.fit(answers);
          for (let s = 1; s < history.length; s++)
            expect(history[s]).toBeGreaterThanOrEqual((history[s - 1] ?? 0) - 1e-8);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("recovers accuracies within 0.05 from 500 items and 5 answers each", () => {
    const accuracies = [0.95, 0.85, 0.7, 0.6, 0.55];
    const { answers } = crowd(7, 500, accuracies);
    for (const model of [oneCoin(), dawidSkene()]) {
      const fit = model.fit(answers);
      for (const [k, p] of accuracies.entries()) expect(Math.abs(fit.reliability(k) - p)).toBeLessThan(0.05);
    }
  });

  it("recovers a confusion matrix", () => {
    const random = new Random(3);
    const skewed = [
      [0.9, 0.05, 0.05],
      [0.6, 0.4, 0],
      [0.1, 0.1, 0.8],
    ];
    const truth = Array.from({ length: 1500 }, () => random.int(0, 2));
    const matrix = truth.map((c) => [
      random.weighted(skewed[c] ?? []),
      ...[0.8, 0.8, 0.9].map((p) => (random.bool(p) ? c : (c + random.int(1, 2)) % 3)),
    ]);
    const confusion = dawidSkene().fit(answersFromMatrix(matrix, 3)).confusion(0);
    for (const [at, p] of skewed.flat().entries()) expect(Math.abs((confusion[at] ?? 9) - p)).toBeLessThan(0.05);
  });

  it("takes a known prior instead of shares, and its certainty", () => {
    const answers = answersFromMatrix(
      [
        [0, 0],
        [1, 1],
        [0, 1],
      ],
      2,
    );
    const { posterior } = oneCoin().fit(answers, { prior: [0, 1, 0.5, 0.5, 0.5, 0.5] });
    expect(posterior[0]).toBe(0);
    expect(() => oneCoin().fit(answers, { prior: [0.5] })).toThrow(/prior has 1 entries for 3 × 2/);
    expect(() => oneCoin().fit(answers, { prior: [0, 0, 1, 0, 1, 0] })).toThrow(/every class of item 0 is impossible/);
  });

  it("weighs answers: a weight of 0 is as if nobody had been asked", () => {
    const { answers } = crowd(5, 20, [0.9, 0.7, 0.6]);
    const unsure = { ...answers, weight: Array.from(answers.item, (_, a) => (a % 3 === 2 ? 0 : 1)) };
    const two = answersFromMatrix(
      Array.from({ length: 20 }, (_, i) => [0, 1].map((k) => answers.label[3 * i + k] as number)),
      2,
    );
    for (const make of [oneCoin, dawidSkene])
      expect([...make().fit(unsure).posterior]).toEqual(close(make().fit(two).posterior));
  });
});

describe("one coin", () => {
  it("has the closed form of answers (1, 0, 1) from accuracies (.9, .6, .7)", () => {
    const q = coinPosterior([1, 0, 1], [0.9, 0.6, 0.7], [0.5, 0.5]);
    expect(Math.log((q[1] ?? 0) / (q[0] ?? 0))).toBeCloseTo(Math.log(9) - Math.log(1.5) + Math.log(7 / 3), 12);
  });

  it("agrees with that closed form at its own accuracies", () => {
    const { answers } = crowd(9, 60, [0.9, 0.8, 0.6], 3);
    const prior = Array.from({ length: 180 }, () => 1 / 3);
    const { posterior, reliability } = oneCoin({ tolerance: 1e-12 }).fit(answers, { prior });
    const q = coinPosterior(
      [0, 1, 2].map((k) => answers.label[k] as number),
      [0, 1, 2].map((k) => reliability(k)),
      [1 / 3, 1 / 3, 1 / 3],
    );
    expect([...q]).toEqual(close(posterior.subarray(0, 3), 8));
  });

  it("keeps the classes apart by its prior: one that expects liars trades them", () => {
    const wrong = (prior?: [number, number]): number => {
      const shares = Array.from({ length: 10 }, (_, seed) => {
        const { answers, truth } = crowd(seed, 60, [0.8, 0.7, 0.6, 0.6]);
        const labels = mostProbable(oneCoin(prior ? { prior } : {}).fit(answers).posterior, 2);
        return truth.filter((c, i) => labels[i] !== c).length / 60;
      });
      return shares.reduce((a, b) => a + b) / 10;
    };
    expect(wrong()).toBeLessThan(0.35);
    expect(wrong([12, 280])).toBeGreaterThan(0.5);
  });

  it("forgets: follows an annotator who tires, and is plain one coin with an endless half-life", () => {
    const random = new Random(11);
    const matrix = Array.from({ length: 400 }, (_, i) => {
      const c = random.int(0, 1);
      return [i < 200 ? 0.95 : 0.55, 0.8, 0.8, 0.8].map((p) => (random.bool(p) ? c : 1 - c));
    });
    const answers = answersFromMatrix(matrix, 2);
    const [now, ever] = [oneCoin({ halfLife: 40 }).fit(answers), oneCoin().fit(answers)];
    expect(now.reliability(0)).toBeLessThan(0.67);
    expect(ever.reliability(0)).toBeGreaterThan(0.7);
    expect(oneCoin({ halfLife: 1e12 }).fit(answers).reliability(0)).toBeCloseTo(ever.reliability(0), 1);
  });
});

describe("instance-dependent reliability", () => {
  it("finds where an expert is one, and falls back to the overall accuracy with little evidence", () => {
    const random = new Random(21);
    const items = 400;
    const values = Float64Array.from({ length: items * 2 }, () => random.normal());
    const matrix = Array.from({ length: items }, (_, i) => {
      const c = random.int(0, 1);
      const expert = (values[2 * i] as number) > 0 ? 0.95 : 0.5;
      return [expert, 0.85, 0.85, 0.85].map((p) => (random.bool(p) ? c : 1 - c));
    });
    const features = { values, width: 2 };
    const fit = instanceDependent().fit(answersFromMatrix(matrix, 2), { features });
    expect(fit.reliability(0, [1, 0])).toBeGreaterThan(0.85);
    expect(fit.reliability(0, [-1, 0])).toBeLessThan(0.65);
    expect(Math.abs(fit.reliability(1, [1, 0]) - fit.reliability(1, [-1, 0]))).toBeLessThan(0.15);
    const stiff = instanceDependent({ ridge: 1e6 }).fit(answersFromMatrix(matrix, 2), { features });
    expect(stiff.reliability(0, [1, 0])).toBeCloseTo(stiff.reliability(0), 2);
    expect(() => instanceDependent().fit(answersFromMatrix(matrix, 2))).toThrow(/needs features/);
  });
});

describe("reliability judged by the others", () => {
  it("covers the truth, and says so widely where nobody else answered", () => {
    const accuracies = [0.95, 0.7, 0.55];
    let covered = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { answers } = crowd(300 + seed, 200, accuracies);
      const table = reliabilityTable(answers, oneCoin().fit(answers));
      for (const [k, p] of accuracies.entries()) {
        const { low, high } = table[k] ?? { low: 1, high: 0 };
        covered += low <= p && p <= high ? 1 : 0;
      }
    }
    expect(covered).toBeGreaterThanOrEqual(48); // of 60; the others' errors widen nothing
    const alone = answersFromMatrix([[1], [0], [1]], 2);
    const [row] = reliabilityTable(alone, oneCoin().fit(alone));
    expect((row?.high ?? 0) - (row?.low ?? 1)).toBeGreaterThan(0.8);
  });
});

describe("answers", () => {
  it.each([
    [{ annotator: [5] }, /annotator 5/],
    [{ label: [2] }, /annotator 0 gave item 0 the label 2/],
    [{ item: [-1] }, /item -1/],
    [{ weight: [2] }, /weight of 2/],
    [{ label: [0, 1] }, /differ in number/],
  ])("refuses %j", (change, message) => {
    const one = { items: 1, annotators: 1, classes: 2, item: [0], annotator: [0], label: [0] };
    expect(() => oneCoin().fit({ ...one, ...change })).toThrow(message);
  });

  it("logs what was asked and paid, don't know included", () => {
    const log = new AnswerLog(2, 2, 2);
    log.add(0, 1, { label: 1 }, 3);
    log.add(0, 0, { label: undefined }, 1);
    expect([log.spent, log.timesAsked(0), log.asked(0, 0), log.asked(1, 0)]).toEqual([4, 2, true, false]);
    expect(log.weight).toEqual([1, 0]);
    expect(() => log.add(0, 1, { label: 0 }, 1)).toThrow(/asked about item 0 before/);
    expect(() => log.add(1, 1, { label: 0 }, 0)).toThrow(/cost is 0/);
    expect(() => log.add(1, 1, { label: 4 }, 1)).toThrow(/label 4/);
  });
});
