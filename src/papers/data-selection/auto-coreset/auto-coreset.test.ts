import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { takeValues } from "../weighted-sample.ts";
import { autoCoreset } from "./auto-coreset.ts";
import { leastSquaresProblem, linearSvmProblem, logisticProblem } from "./linear-problems.ts";
import { approximationError, type Matrix, type Problem, pickRows, totalCost } from "./problem.ts";
import { rareLinear } from "./rare-linear.ts";
import { bestOf, leverageImportance, lightweightImportance, stratifiedSample } from "./rivals.ts";
import { allocate, strataOf } from "./strata.ts";
import {
  bestOfMeansSummary,
  caratheodorySummary,
  importanceSummary,
  lossRows,
  type Summarizer,
  summarizers,
  uniformSummary,
} from "./summaries.ts";

const { X, y } = rareLinear(1200, new Random(5));
const problem = logisticProblem({ total: 1200 });
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

describe("summaries of loss rows", () => {
  const columns = [Float64Array.of(0, 1, 2, 0, 9), Float64Array.of(0, 3, 1, 0, 4)];

  it("importance is unbiased, and never draws a row of zeros", () => {
    const random = new Random(1);
    const weights = Float64Array.of(1, 2, 1, 1, 0.5);
    const rows = lossRows(columns, weights);
    const drawn = new Set<number>();
    const draws = Array.from({ length: 20_000 }, () => {
      const { indices, weights: v } = importanceSummary(rows, 3, random);
      for (const i of indices) drawn.add(i);
      return columns.map((column) =>
        indices.reduce((total, i, j) => total + (v[j] as number) * (column[i] as number), 0),
      );
    });
    expect([...drawn].sort()).toEqual([1, 2, 4]);
    columns.forEach((column, h) => {
      const truth = column.reduce((total, f, i) => total + f * (weights[i] as number), 0);
      const values = draws.map((draw) => draw[h] as number);
      const mean = sum(values) / values.length;
      const error = Math.sqrt(sum(values.map((v) => (v - mean) ** 2))) / values.length;
      expect(Math.abs(mean - truth)).toBeLessThan(4 * error + 1e-12);
    });
    const zeros = importanceSummary(lossRows([new Float64Array(4)]), 2, random);
    expect(sum(zeros.weights)).toBeCloseTo(4);
  });

  it("best of means comes nearer to the full sum than one draw, and Carathéodory meets it", () => {
    const random = new Random(2);
    const many = [
      Float64Array.from({ length: 500 }, () => random.exponential()),
      Float64Array.from({ length: 500 }, () => random.float()),
    ];
    const off = (summary: Summarizer): number => {
      const { indices, weights } = summary(lossRows(many), 20, new Random(3));
      return Math.hypot(
        ...many.map(
          (column) => sum(column) - indices.reduce((t, i, j) => t + (weights[j] as number) * (column[i] as number), 0),
        ),
      );
    };
    expect(off(bestOfMeansSummary(100))).toBeLessThan(off(uniformSummary));
    expect(off(caratheodorySummary)).toBeLessThan(1e-8);
    expect(caratheodorySummary(lossRows(many), 20, random).indices.length).toBeLessThanOrEqual(3);
  });
});

describe("budgets of classes", () => {
  it("follow √n, respect the classes' sizes, and use all of the budget", () => {
    expect(allocate([900, 100], 40, "sqrt")).toEqual([30, 10]);
    expect(allocate([900, 100], 40, "proportional")).toEqual([36, 4]);
    expect(allocate([900, 100], 40, "equal")).toEqual([20, 20]);
    expect(allocate([1000, 1], 40, "equal")).toEqual([39, 1]);
    expect(allocate([10_000, 3, 3], 10, "proportional")).toEqual([6, 2, 2]);
    expect(allocate([5, 5], 30, "sqrt")).toEqual([5, 5]);
    expect(() => allocate([1, 1, 1], 2, "sqrt")).toThrow("cannot hold 3 classes");
    expect(strataOf(4, [1, -1, 1, 1]).map(({ value, rows }) => [value, ...rows])).toEqual([
      [-1, 1],
      [1, 0, 2, 3],
    ]);
  });
});

describe("AutoCoreset", () => {
  it("returns what it says: the cost recomputed, the least of the history, a model of its own rows", () => {
    for (const summarizer of Object.values(summarizers)) {
      const coreset = autoCoreset(X, y, problem, { size: 60, summarizer, random: new Random(1) });
      expect(coreset.indices.length).toBeLessThanOrEqual(60);
      expect(totalCost(problem.loss(X, y, coreset.model))).toBe(coreset.cost);
      expect(coreset.cost).toBe(Math.min(...coreset.history));
      expect(coreset.evaluations).toBe(coreset.history.length + 3);
      expect(coreset.initialCosts).toHaveLength(3);
      const labels = takeValues(y, coreset.indices);
      expect(new Set(labels)).toEqual(new Set([-1, 1]));
      const again = problem.fit(pickRows(X, coreset.indices), labels, coreset.weights, new Random(9));
      expect(again.intercept).toBeCloseTo(coreset.model.intercept, 9);
    }
  });

  it("stops at the first round without gain when patience is 1, and at maxIterations", () => {
    const { history, initialCosts } = autoCoreset(X, y, problem, { size: 60, patience: 1, random: new Random(2) });
    let best = Math.max(...initialCosts);
    history.forEach((cost, i) => {
      expect(cost < best).toBe(i < history.length - 1);
      best = Math.min(best, cost);
    });
    expect(autoCoreset(X, y, problem, { size: 60, maxIterations: 2, random: new Random(2) }).history).toHaveLength(2);
  });

  it("of all rows is all rows, and without error", () => {
    const squares = leastSquaresProblem({ total: 1200 });
    const full = totalCost(squares.loss(X, y, squares.fit(X, y, new Float64Array(1200).fill(1), new Random(1))));
    const { cost, weights } = autoCoreset(X, y, squares, { size: 1200, random: new Random(1) });
    expect(new Set(weights)).toEqual(new Set([1]));
    expect(Math.abs(approximationError(cost, full))).toBeLessThan(1e-10);
  });

  it("doubles the cost when every point stands twice, or weighs 2", () => {
    const twice = { data: Float64Array.of(...X.data, ...X.data), rows: 2400, columns: 10 };
    const losses = problem.loss(X, y, { weights: new Float64Array(10).fill(0.2), intercept: -1 });
    expect(
      totalCost(
        problem.loss(twice, Float64Array.of(...y, ...y), { weights: new Float64Array(10).fill(0.2), intercept: -1 }),
      ),
    ).toBeCloseTo(2 * totalCost(losses), 8);
    const options = { size: 60, random: new Random(4) };
    const one = autoCoreset(X, y, problem, options);
    const heavy = autoCoreset(X, y, problem, { ...options, weights: new Float64Array(1200).fill(2) });
    expect(heavy.indices).toEqual(one.indices);
    // The regulariser's share weighs 2 with its points, so that the objective is twice the other one.
    expect(heavy.cost).toBeCloseTo(2 * one.cost, 6);
    expect(sum(heavy.weights) / sum(one.weights)).toBeCloseTo(2, 8);
  });

  it("moves with its rows: permuted data give the permuted coreset, for streams that belong to rows", () => {
    // Keys of a row depend on its own first feature only: a weighted sample without regard to order.
    const byRow =
      (first: Float64Array): Summarizer =>
      ({ squares }, size, random) => {
        const keys = Array.from(squares, (square, i) => ({
          i,
          key: random.fork(`${first[i]}`).float() ** (1 / Math.max(1e-12, Math.sqrt(square))),
        }));
        const kept = keys
          .sort((a, b) => b.key - a.key)
          .slice(0, size)
          .map(({ i }) => i)
          .sort((a, b) => a - b);
        return { indices: Int32Array.from(kept), weights: new Float64Array(kept.length).fill(squares.length / size) };
      };
    const order = new Random(8).permutation(1200);
    const moved = pickRows(X, order);
    const firsts = ({ data }: Matrix): Float64Array =>
      Float64Array.from({ length: 1200 }, (_, i) => data[10 * i] as number);
    const run = (rows: Matrix, labels: Float64Array) =>
      autoCoreset(rows, labels, problem, {
        size: 60,
        classes: "none",
        summarizer: byRow(firsts(rows)),
        initialModels: [{ weights: new Float64Array(10).fill(0.3), intercept: -2 }],
        random: new Random(6),
      });
    const straight = run(X, y);
    const other = run(moved, takeValues(y, order));
    expect([...other.indices].map((i) => order[i] as number).sort((a, b) => a - b)).toEqual([...straight.indices]);
    expect(other.cost).toBeCloseTo(straight.cost, 6);
  });

  it("keeps a class of one point, whole, and repeats itself for the same stream", () => {
    const labels = y.map(() => -1);
    labels[17] = 1;
    for (const classes of ["sqrt", "proportional", "equal"] as const) {
      const coreset = autoCoreset(X, labels, problem, { size: 30, classes, random: new Random(3) });
      expect(coreset.weights[coreset.indices.indexOf(17)]).toBe(1);
      expect(autoCoreset(X, labels, problem, { size: 30, classes, random: new Random(3) })).toEqual(coreset);
    }
  });

  it("comes closer to the optimum than as many stratified draws, on the mean of logs", () => {
    const gains = Array.from({ length: 6 }, (_, seed) => {
      const random = new Random(seed);
      const data = rareLinear(3000, random.fork("data"));
      const objective = logisticProblem({ total: 3000 });
      const star = objective.fit(data.X, data.y, new Float64Array(3000).fill(1), random);
      const optimum = totalCost(objective.loss(data.X, data.y, star));
      const auto = autoCoreset(data.X, data.y, objective, { size: 150, random: random.fork("auto") });
      const flat = new Float64Array(3000).fill(1);
      const draw = (stream: Random) => stratifiedSample(flat, data.y, 150, "sqrt", stream);
      const rival = bestOf(auto.evaluations, draw, data.X, data.y, objective, random.fork("rival"));
      expect(rival.cost).toBeLessThanOrEqual(rival.first);
      return Math.log(approximationError(auto.cost, optimum) / approximationError(rival.cost, optimum));
    });
    expect(sum(gains) / 6).toBeLessThan(-0.1);
  });

  it("works with a loss and a solver of one's own, and with the SVM", () => {
    const median: Problem<number> = {
      loss: ({ data }, _, q) => Float64Array.from(data, (x) => Math.abs(x - q)),
      fit: ({ data }, _, w) => {
        const order = Array.from(data, (x, i) => ({ x, w: w[i] as number })).sort((a, b) => a.x - b.x);
        const half = sum(w) / 2;
        let passed = 0;
        for (const row of order) {
          passed += row.w;
          if (passed >= half) return row.x;
        }
        return 0;
      },
    };
    const random = new Random(11);
    const values = { data: Float64Array.from({ length: 999 }, () => random.logNormal(0, 1)), rows: 999, columns: 1 };
    const { model } = autoCoreset(values, null, median, { size: 60, random });
    const exact = [...values.data].sort((a, b) => a - b)[499] as number;
    expect(Math.abs(model - exact) / exact).toBeLessThan(0.05);
    const svm = autoCoreset(X, y, linearSvmProblem({ total: 1200 }), { size: 80, maxIterations: 3, random });
    expect(svm.history).toHaveLength(3);
  });

  it("refuses sizes, weights, features and losses that make no sense, by row", () => {
    const random = new Random(1);
    expect(() => autoCoreset(X, y, problem, { size: 1, random })).toThrow("cannot hold 2 classes");
    expect(() => autoCoreset(X, y, problem, { size: 1201, random })).toThrow("1201 of 1200 rows");
    expect(() => autoCoreset(X, y, problem, { size: 50, weights: new Float64Array(1200), random })).toThrow(
      "weight of row 0 is 0",
    );
    const broken = { ...X, data: X.data.slice() };
    broken.data[10 * 7 + 3] = Number.NaN;
    expect(() => autoCoreset(broken, y, problem, { size: 50, random })).toThrow("column 3 of row 7");
    const negative: Problem<number> = { loss: ({ rows }) => new Float64Array(rows).fill(-1), fit: () => 0 };
    expect(() => autoCoreset(X, null, negative, { size: 50, random })).toThrow("the loss of row 0 is -1");
  });
});

describe("problem-specific sensitivities", () => {
  it("sum to one, and leverage scores are those of the hat matrix", () => {
    expect(sum(leverageImportance(X))).toBeCloseTo(1, 9);
    expect(sum(lightweightImportance(X))).toBeCloseTo(1, 9);
    const line = { data: Float64Array.of(-1, 0, 1, 8), rows: 4, columns: 1 };
    // One feature with an intercept: 1/n + (x - mean)²/S, which add up to 2.
    const squares = [-1, 0, 1, 8].map((x) => (x - 2) ** 2);
    const hat = squares.map((square) => 1 / 4 + square / sum(squares));
    leverageImportance(line).forEach((p, i) => {
      expect(p).toBeCloseTo((hat[i] as number) / 4 + 1 / 8, 6);
    });
    expect(lightweightImportance(line)[3]).toBeCloseTo(1 / 8 + 36 / (2 * sum(squares)), 9);
  });
});
