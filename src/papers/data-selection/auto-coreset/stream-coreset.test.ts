import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import type { LinearModel } from "../linear-models.ts";
import { MergeReduce } from "../merge-reduce.ts";
import { leastSquaresProblem, logisticProblem } from "./linear-problems.ts";
import { approximationError, type Matrix, totalCost } from "./problem.ts";
import { rareLinear } from "./rare-linear.ts";
import { StratifiedReservoir } from "./reservoir.ts";
import { type RowSource, type StreamOptions, streamCoreset, summariseRows } from "./stream-coreset.ts";
import { caratheodorySummary, importanceSummary } from "./summaries.ts";
import { concatenate, type WeightedRows } from "./weighted-rows.ts";

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

function sourceOf(X: Matrix, y: Float64Array, rows: number): RowSource & { passes: number } {
  const source = {
    columns: X.columns,
    passes: 0,
    async each(take: Parameters<RowSource["each"]>[0]) {
      source.passes++;
      for (let first = 0; first < X.rows; first += rows) {
        const last = Math.min(X.rows, first + rows);
        const data = X.data.slice(first * X.columns, last * X.columns);
        take({ X: { data, rows: last - first, columns: X.columns }, y: y.slice(first, last), first });
      }
    },
  };
  return source;
}

const { X, y } = rareLinear(6000, new Random(5));
const options = (random: Random): StreamOptions<LinearModel> => ({
  size: 200,
  inner: 400,
  pilot: 500,
  problem: (total) => logisticProblem({ total }),
  random,
});

describe("a coreset of a stream", () => {
  it("trains nearly as well as all rows, in three passes, with a certificate that repeats what can be recomputed", async () => {
    const source = sourceOf(X, y, 500);
    const problem = logisticProblem({ total: 6000 });
    const optimum = totalCost(problem.loss(X, y, problem.fit(X, y, new Float64Array(6000).fill(1), new Random(1))));
    const made = await streamCoreset(source, options(new Random(2)));
    expect(source.passes).toBe(3);
    expect([made.total, made.chunks, made.depth]).toEqual([6000, 12, 4]);
    expect(made.mostHeld).toBeLessThanOrEqual(400 * 4);
    expect(made.X.rows).toBeLessThanOrEqual(200);
    expect(made.cost).toBeCloseTo(totalCost(problem.loss(X, y, made.model)), 6);
    expect(approximationError(made.cost, optimum)).toBeLessThan(0.3);
    const { errors, largest, mean, own } = made.certificate;
    expect(errors).toHaveLength(20);
    expect(largest).toBe(Math.max(...errors));
    expect(largest).toBeLessThan(0.6);
    expect(mean.low).toBeLessThan(mean.value);
    const estimate = totalCost(problem.loss(made.X, made.y, made.model), made.weights);
    expect(own).toBeCloseTo(Math.abs(estimate / made.cost - 1), 9);
    for (let i = 0; i < made.X.rows; i++) {
      const row = made.rows[i] as number;
      expect(made.X.data.slice(i * 10, i * 10 + 10)).toEqual(X.data.slice(row * 10, row * 10 + 10));
      expect(made.y?.[i]).toBe(y[row]);
    }
    expect(new Set(made.rows).size).toBe(made.X.rows);
  });

  it("has unbiased weights: over many runs the weighted cost of any model is the full one", async () => {
    const small = rareLinear(900, new Random(9));
    const problem = logisticProblem({ total: 900 });
    const query = { weights: Float64Array.from({ length: 10 }, (_, j) => 0.4 - 0.1 * j), intercept: 0.5 };
    const models = [problem.fit(small.X, small.y, new Float64Array(900).fill(1), new Random(1))];
    const truth = totalCost(problem.loss(small.X, small.y, query));
    const budget = new Map([
      [-1, 30],
      [1, 20],
    ]);
    const whole: WeightedRows = {
      ...small,
      weights: new Float64Array(900).fill(1),
      rows: Float64Array.from({ length: 900 }, (_, i) => i),
    };
    const estimates = Array.from({ length: 400 }, (_, seed) => {
      // Two summaries one after the other, as in a tree.
      const random = new Random(seed);
      const settings = { models, problem, byClass: true, summarizer: importanceSummary };
      const once = summariseRows(whole, {
        ...settings,
        budget: new Map([
          [-1, 90],
          [1, 60],
        ]),
        random: random.fork("a"),
      });
      const twice = summariseRows(once, { ...settings, budget, random: random.fork("b") });
      expect(twice.X.rows).toBeLessThanOrEqual(50);
      return totalCost(problem.loss(twice.X, twice.y, query), twice.weights);
    });
    const mean = sum(estimates) / estimates.length;
    const error = Math.sqrt(sum(estimates.map((e) => (e - mean) ** 2))) / estimates.length;
    expect(Math.abs(mean - truth)).toBeLessThan(4 * error);
    expect(error / truth).toBeLessThan(0.05);
  });

  it("with Carathéodory's summary keeps the costs of the describing models exactly, through the whole tree", async () => {
    const problem = leastSquaresProblem({ total: 6000 });
    const models = [1, 2, 3].map((step) => ({ weights: new Float64Array(10).fill(0.1 * step), intercept: -step }));
    const settings = { models, problem, byClass: false, summarizer: caratheodorySummary, random: new Random(1) };
    const reduce = (part: WeightedRows) => summariseRows(part, { ...settings, budget: new Map([[0, 100]]) });
    const tree = new MergeReduce<WeightedRows>({ merge: concatenate, reduce });
    await sourceOf(X, y, 450).each((chunk) =>
      tree.add({ ...chunk, weights: new Float64Array(chunk.X.rows).fill(1), rows: new Float64Array(chunk.X.rows) }),
    );
    const root = tree.result();
    if (!root) throw new Error("no rows");
    expect(root.X.rows).toBeLessThanOrEqual(100 * tree.held);
    expect(sum(root.weights)).toBeCloseTo(6000, 6);
    for (const model of models) {
      const full = totalCost(problem.loss(X, y, model));
      expect(totalCost(problem.loss(root.X, root.y, model), root.weights) / full).toBeCloseTo(1, 9);
    }
  });

  it("keeps a rare class whole, sorted streams included, and all rows when the size allows", async () => {
    const labels = y.map((_, i) => (i >= 5990 ? 1 : -1));
    const made = await streamCoreset(sourceOf(X, labels, 800), { ...options(new Random(4)), classes: "equal" });
    const rare = Array.from(made.rows).filter((row) => row >= 5990);
    expect(rare).toHaveLength(10);
    made.rows.forEach((row, i) => {
      if (row >= 5990) expect(made.weights[i]).toBe(1);
    });
    const few = rareLinear(150, new Random(6));
    const all = await streamCoreset(sourceOf(few.X, few.y, 40), { ...options(new Random(4)), size: 150, inner: 150 });
    expect([...all.rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i));
    expect(all.certificate.largest).toBeLessThan(1e-12);
    await expect(streamCoreset(sourceOf(few.X, few.y, 40), options(new Random(1)))).rejects.toThrow("200 of 150 rows");
  });

  it("repeats itself for a seed, and chooses a better model by cost when asked to", async () => {
    const run = (final: "unbiased" | "best", seed: number) =>
      streamCoreset(sourceOf(X, y, 1000), { ...options(new Random(seed)), final });
    expect(await run("unbiased", 7)).toEqual(await run("unbiased", 7));
    const gains = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => Math.log((await run("best", seed)).cost / (await run("unbiased", seed)).cost)),
    );
    expect(sum(gains)).toBeLessThan(0);
  });
});

describe("a reservoir for every class", () => {
  it("holds each row with the same probability and counts them all", () => {
    const hits = new Float64Array(40);
    for (let seed = 0; seed < 2000; seed++) {
      const reservoir = new StratifiedReservoir(1, 5, new Random(seed));
      for (let first = 0; first < 40; first += 8) {
        const data = Float64Array.from({ length: 8 }, (_, i) => first + i);
        reservoir.offer({ X: { data, rows: 8, columns: 1 }, y: data.map((v) => (v < 30 ? -1 : 1)), first }, true);
      }
      expect([...reservoir.counts]).toEqual([
        [-1, 30],
        [1, 10],
      ]);
      const { rows, X: kept, weights } = reservoir.rows();
      expect(sum(weights)).toBeCloseTo(40);
      rows.forEach((row, i) => {
        expect(kept.data[i]).toBe(row);
        hits[row] = (hits[row] as number) + 1;
      });
    }
    hits.forEach((count, row) => {
      const p = row < 30 ? 5 / 30 : 1 / 2;
      expect(Math.abs(count / 2000 - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / 2000));
    });
  });
});
