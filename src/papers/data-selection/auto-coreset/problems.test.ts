import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import type { LinearModel } from "../linear-models.ts";
import { kMeansProblem, nearestCentres } from "./k-means.ts";
import { leastSquaresProblem, linearSvmProblem, logisticProblem } from "./linear-problems.ts";
import { approximationError, type Matrix, type Problem, signLabels, totalCost } from "./problem.ts";
import { rareLinear } from "./rare-linear.ts";

const { X, y } = rareLinear(400, new Random(3));
const total = 400;
const ones = new Float64Array(400).fill(1);
const at: LinearModel = { weights: Float64Array.from({ length: 10 }, (_, j) => 0.1 * j - 0.3), intercept: -0.7 };
const norm = at.weights.reduce((sum, w) => sum + w * w, 0);
const score = (model: LinearModel, i: number): number =>
  model.weights.reduce((sum, w, j) => sum + w * (X.data[i * 10 + j] as number), model.intercept);
const rows = Array.from({ length: 400 }, (_, i) => i);

/** No step of 1e-3 along any coordinate makes the objective smaller by more than `slack`. */
function expectMinimum(problem: Problem<LinearModel>, w: Float64Array, slack: number): void {
  const model = problem.fit(X, y, w, new Random(1));
  const value = totalCost(problem.loss(X, y, model), w);
  for (let j = 0; j <= 10; j++)
    for (const step of [1e-3, -1e-3]) {
      const weights = model.weights.slice();
      if (j < 10) weights[j] = (weights[j] as number) + step;
      const moved = { weights, intercept: model.intercept + (j === 10 ? step : 0) };
      expect(totalCost(problem.loss(X, y, moved), w)).toBeGreaterThan(value - slack);
    }
}

describe("the sum of the points' losses", () => {
  it("is the training objective with the regulariser counted once", () => {
    const logistic = rows.reduce(
      (sum, i) => sum + 2 * Math.log(1 + Math.exp(-(y[i] as number) * score(at, i))),
      norm / 2,
    );
    expect(totalCost(logisticProblem({ C: 2, total }).loss(X, y, at))).toBeCloseTo(logistic, 8);
    const hinge = rows.reduce((sum, i) => sum + Math.max(0, 1 - (y[i] as number) * score(at, i)), norm / 2);
    expect(totalCost(linearSvmProblem({ total }).loss(X, y, at))).toBeCloseTo(hinge, 8);
    const squares = rows.reduce((sum, i) => sum + (score(at, i) - (y[i] as number)) ** 2, 3 * norm);
    expect(totalCost(leastSquaresProblem({ total, l2: 3 }).loss(X, y, at))).toBeCloseTo(squares, 8);
    const centres = { data: X.data.slice(0, 30), rows: 3, columns: 10 };
    const nearest = rows.reduce((sum, i) => {
      const d = [0, 1, 2].map((c) =>
        Array.from(
          { length: 10 },
          (_, j) => ((X.data[i * 10 + j] as number) - (centres.data[c * 10 + j] as number)) ** 2,
        ).reduce((a, b) => a + b),
      );
      return sum + Math.min(...d);
    }, 0);
    expect(totalCost(kMeansProblem({ k: 3 }).loss(X, null, centres))).toBeCloseTo(nearest, 8);
  });

  it("is least at the solver's model, with weights", () => {
    const w = Float64Array.from(rows, (i) => 1 + (i % 3));
    for (const weights of [ones, w]) {
      expectMinimum(logisticProblem({ total }), weights, 0);
      expectMinimum(leastSquaresProblem({ total, l2: 2 }), weights, 0);
      expectMinimum(linearSvmProblem({ total }), weights, 0.02);
    }
  });

  it("falls with the solver below an exact SVM on two points: margins 1, weight 2/distance", () => {
    const two: Matrix = { data: Float64Array.of(-1, 3), rows: 2, columns: 1 };
    const model = linearSvmProblem({ C: 100, total: 2 }).fit(
      two,
      Float64Array.of(-1, 1),
      new Float64Array(2).fill(1),
      new Random(1),
    );
    expect(model.weights[0]).toBeCloseTo(0.5, 2);
    expect(model.intercept).toBeCloseTo(-0.5, 2);
  });
});

describe("k-means", () => {
  it("finds three groups far apart, a row of weight 9 counting nine times", () => {
    const data = Float64Array.of(0, 0.2, 100, 101, 200, 200);
    const X1 = { data, rows: 6, columns: 1 };
    const centres = kMeansProblem({ k: 3 }).fit(X1, null, Float64Array.of(1, 1, 9, 1, 1, 1), new Random(2));
    expect([...centres.data].sort((a, b) => a - b).map((x) => Number(x.toFixed(6)))).toEqual([0.1, 100.1, 200]);
    expect([...nearestCentres(X1, centres).distances].reduce((a, b) => a + b)).toBeCloseTo(0.02 + 0.01 + 0.81, 6);
    expect(kMeansProblem({ k: 9 }).fit(X1, null, new Float64Array(6).fill(1), new Random(1)).rows).toBeLessThanOrEqual(
      9,
    );
    expect(() => kMeansProblem({ k: 0 })).toThrow("0 is not a number of centres");
  });
});

describe("labels and errors", () => {
  it("map two values to signs and refuse others", () => {
    expect([...signLabels([3, 7, 3])]).toEqual([-1, 1, -1]);
    expect(() => signLabels([1, 1])).toThrow("there is one: 1");
    expect(() => signLabels([1, 2, 3])).toThrow("there are more");
    expect(() =>
      logisticProblem({ total }).loss(
        X,
        y.map((v) => v + 1),
        at,
      ),
    ).toThrow(/row 0 is .* 1 or -1/);
    expect(() => totalCost(Float64Array.of(1, -1))).toThrow("the loss of row 1 is -1");
    expect(approximationError(3, 2)).toBe(0.5);
    expect(approximationError(0, 0)).toBe(0);
  });
});
