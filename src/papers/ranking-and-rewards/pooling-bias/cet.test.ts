import { describe, expect, it } from "vitest";
import { sigmoid } from "../../../kit/logistic.ts";
import { Random } from "../../../kit/random.ts";
import { cetTraining, plainTraining, selectColumns, trainCet, trainPlain } from "./cet.ts";
import { PairwiseRanker } from "./pairwise-ranker.ts";
import { inversePropensityWeight } from "./propensity.ts";
import { poolingSimulator } from "./simulator.ts";
import { sampleTriples, type Triples } from "./triples.ts";

const world = poolingSimulator({ random: new Random(3), train: 20, test: 1, docs: 60 });
const triples = sampleTriples(world.train, { retriever: "strong", top: 30, perPositive: 8, random: new Random(4) });
const options = () => ({ epochs: 3, lr: 0.02, batch: 32, random: new Random(5) });

/** Two triples over four documents with two features. */
const tiny: Triples = {
  dim: 2,
  rows: Float32Array.from([1, 0.5, -0.5, 2, 0.25, -1, 0, 1]),
  query: Int32Array.of(0, 1),
  positive: Int32Array.of(0, 2),
  negative: Int32Array.of(1, 3),
  start: Int32Array.of(0, 2),
  skipped: 0,
};
const filled = (ranker: PairwiseRanker, weights: number[]): PairwiseRanker => {
  ranker.linearWeights.set(weights);
  return ranker;
};
const row = (r: number): [number, number] => [tiny.rows[2 * r] as number, tiny.rows[2 * r + 1] as number];
const passOf = (ranker: PairwiseRanker) =>
  ranker.forward(Float32Array.from([...row(0), ...row(2), ...row(1), ...row(3)]));

describe("PairwiseRanker", () => {
  it("has the loss and gradient computed by hand", () => {
    const [a, b, l2] = [0.3, -0.4, 0.1];
    const weights = [1.5, 4];
    const ranker = filled(new PairwiseRanker({ dim: 2, l2 }), [a, b]);
    const { loss, gradient } = ranker.lossAndGradient(passOf(ranker), weights);
    const wanted = [l2 * a, l2 * b];
    let wantedLoss = (l2 / 2) * (a * a + b * b);
    for (const [t, [p, n]] of [
      [0, 1],
      [2, 3],
    ].entries()) {
      const delta = [0, 1].map((i) => (row(n as number)[i] as number) - (row(p as number)[i] as number));
      const gap = a * (delta[0] as number) + b * (delta[1] as number);
      wantedLoss += ((weights[t] as number) / 2) * Math.log(1 + Math.exp(gap));
      for (const i of [0, 1])
        wanted[i] = (wanted[i] as number) + ((weights[t] as number) / 2) * sigmoid(gap) * (delta[i] as number);
    }
    expect(loss).toBeCloseTo(wantedLoss, 6);
    const slopes = gradient["layers.0.weight"]?.data ?? [];
    expect(slopes[0]).toBeCloseTo(wanted[0] as number, 6);
    expect(slopes[1]).toBeCloseTo(wanted[1] as number, 6);
    expect(gradient["layers.0.bias"]?.data[0]).toBe(0);
  });

  it.each([0, 3])("has the gradient of its loss (hidden width %d)", (hidden) => {
    const ranker = new PairwiseRanker({ dim: 2, hidden, l2: 0.05, random: new Random(9) });
    const { gradient } = ranker.lossAndGradient(passOf(ranker), [0.7, 2]);
    for (const [name, { data }] of Object.entries(ranker.params)) {
      for (let i = 0; i < data.length; i++) {
        const at = data[i] as number;
        const [up, down] = [at + 0.01, at - 0.01].map((value) => {
          data[i] = value;
          return ranker.lossAndGradient(passOf(ranker), [0.7, 2]).loss;
        }) as [number, number];
        data[i] = at;
        expect(gradient[name]?.data[i]).toBeCloseTo((up - down) / 0.02, 3);
      }
    }
  });

  it("learns to put the labelled document first, and never moves its bias", () => {
    const ranker = new PairwiseRanker({ dim: 2 });
    const before = ranker.step(Float32Array.of(1, 0), Float32Array.of(0, 1), [1], 0.1);
    expect(before).toBeCloseTo(Math.LN2, 6);
    expect(ranker.score([1, 0])).toBeGreaterThan(ranker.score([0, 1]));
    for (const hidden of [0, 4]) expect(trainPlain(triples, { ...options(), hidden }).bias).toBe(0);
  });

  it("refuses another number of features or weights", () => {
    const ranker = new PairwiseRanker({ dim: 2 });
    expect(() => ranker.score([1])).toThrow(/1 features/);
    expect(() => ranker.scoreRows(new Float32Array(3))).toThrow(/no rows/);
    expect(() => ranker.step(new Float32Array(2), new Float32Array(4), [1], 0.1)).toThrow(/do not fit/);
    expect(() => new PairwiseRanker({ dim: 2, hidden: 2 }).linearWeights).toThrow(/no linear weights/);
  });
});

describe("trainCet", () => {
  it("weighs R by S and S by R, each as they are before the step", () => {
    const steps = cetTraining(tiny, { ...options(), batch: 2, steps: 2, normalize: false, tau: 0.5, l2Selection: 0 });
    const first = steps.next().value as { relevance: PairwiseRanker; lossRelevance: number };
    expect(first.lossRelevance).toBeCloseTo(2 * Math.LN2, 6); // zero scores: weight 2 on log 2
    const kept = filled(new PairwiseRanker({ dim: 2 }), [...first.relevance.linearWeights]);
    const second = steps.next().value as { lossRelevance: number; lossSelection: number };
    let wanted = 0;
    for (const [p, n] of [
      [0, 1],
      [2, 3],
    ] as const) {
      const [fp, fn] = [kept.score(row(p)), kept.score(row(n))];
      wanted += (inversePropensityWeight(fn, 0.5) * Math.log(1 + Math.exp(fn - fp))) / 2;
    }
    expect(second.lossRelevance).toBeCloseTo(wanted, 6);
    expect(second.lossSelection).toBeCloseTo(wanted, 6);
  });

  it("raises the weight in R's loss of negatives that S scores high", () => {
    const mask = world.lexicalColumns;
    const { selection, weights } = trainCet(triples, { ...options(), selectionMask: mask });
    const scores = selection.scoreRows(selectColumns(triples.rows, triples.dim, mask));
    const order = [...triples.query.keys()].sort(
      (a, b) => (scores[triples.negative[a] as number] as number) - (scores[triples.negative[b] as number] as number),
    );
    for (let i = 1; i < order.length; i++)
      expect(weights[order[i] as number] as number).toBeGreaterThanOrEqual(weights[order[i - 1] as number] as number);
    expect(weights[order.at(-1) as number]).toBeGreaterThan(weights[order[0] as number] as number);
  });

  it("is plain training when τ is infinite and weights are normalised, step by step", () => {
    const plain = plainTraining(triples, options());
    const mask = world.lexicalColumns;
    for (const step of cetTraining(triples, {
      ...options(),
      tau: Number.POSITIVE_INFINITY,
      selectionMask: mask,
    })) {
      const other = plain.next().value as { relevance: PairwiseRanker; lossRelevance: number };
      expect(step.lossRelevance).toBe(other.lossRelevance);
      expect([...step.relevance.linearWeights]).toEqual([...other.relevance.linearWeights]);
    }
  });

  it.each([0, 4])("does nothing new when both models see the same features: they stay copies (hidden %d)", (hidden) => {
    for (const { relevance, selection } of cetTraining(triples, { ...options(), hidden, l2: 0.01, l2Selection: 0.01 }))
      expect(selection?.params).toEqual(relevance.params);
  });

  it("learns another relevance model when S sees other features", () => {
    const cet = trainCet(triples, { ...options(), selectionMask: world.lexicalColumns }).relevance;
    expect([...cet.linearWeights]).not.toEqual([...trainPlain(triples, options()).linearWeights]);
  });

  it("is deterministic, counts its updates and reports them", () => {
    const seen: number[] = [];
    const once = () => trainCet(triples, { ...options(), onStep: ({ step }) => seen.push(step) });
    const [a, b] = [once(), once()];
    expect([...a.relevance.linearWeights]).toEqual([...b.relevance.linearWeights]);
    const perRun = Math.ceil((3 * triples.query.length) / 32);
    expect(seen.length).toBe(2 * perRun);
    expect(seen.at(-1)).toBe(perRun);
  });

  it("refuses what cannot be learned from", () => {
    expect(() => trainCet({ ...tiny, negative: Int32Array.of(0, 3) }, options())).toThrow(/triple 0 has its labelled/);
    const empty = Int32Array.of();
    expect(() => trainPlain({ ...tiny, query: empty, positive: empty, negative: empty }, options())).toThrow(
      /no triples/,
    );
    expect(() => trainCet(tiny, { ...options(), tau: 0 })).toThrow(/τ/);
    expect(() => trainCet(tiny, { ...options(), clip: 0.9 })).toThrow(/clipped/);
    expect(() => trainCet(tiny, { ...options(), selectionMask: [2] })).toThrow(/column 2 of 2/);
    expect(() => trainCet(tiny, { ...options(), selectionMask: [] })).toThrow(/no column/);
  });

  it("stops with a sentence when unbounded weights blow up", () => {
    // Labelled documents lie twice as far out as their negatives, so both scores grow and the weight overflows.
    const loud = { ...tiny, rows: Float32Array.from([2e4, 0, 1e4, 0, 2e4, 0, 1e4, 0]) };
    expect(() => trainCet(loud, { ...options(), batch: 2, steps: 200, lr: 1, tau: 0.1, exact: true })).toThrow(
      /loss is .* at update .*larger τ/,
    );
  });
});
