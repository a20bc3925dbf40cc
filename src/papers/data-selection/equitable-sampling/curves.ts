import { fitPower } from "./power-curve.ts";

/** A learning curve: the score a group reaches with `n` samples, non-decreasing and concave in `n`. */
export interface Curve {
  /** Score at `n` ≥ 0 samples; −∞ at 0 for the power family. */
  value(n: number): number;
  /** Slope at `n`. */
  derivative(n: number): number;
  /** Samples at which the score is `score`: 0 below the curve, ∞ at its limit and above. */
  inverse(score: number): number;
  /** The score that no number of samples exceeds. */
  limit: number;
  family: "power" | "saturating" | "average";
  /** `[A, κ]` of the saturating family and of an average of it, `[α, β, γ]` of the power family. */
  params: number[];
}

/** A score measured with `n` training samples. */
export interface CurvePoint {
  n: number;
  score: number;
  /** Trust in the point; its own `n` unless given. */
  weight?: number;
}

/** $s(n) = A\,n/(n+\kappa)$ with $A \ge 0$, $\kappa > 0$; for ridge polygenic scores $A \approx h^2$, $\kappa \approx M/h^2$. */
export function saturatingCurve(A: number, kappa: number): Curve {
  if (!(A >= 0 && kappa > 0)) throw new RangeError(`A = ${A} and κ = ${kappa} do not make a rising curve`);
  return {
    value: (n) => (A * n) / (n + kappa),
    derivative: (n) => (A * kappa) / (n + kappa) ** 2,
    inverse: (score) => (score <= 0 ? 0 : score >= A ? Number.POSITIVE_INFINITY : (kappa * score) / (A - score)),
    limit: A,
    family: "saturating",
    params: [A, kappa],
  };
}

/** $s(n) = \alpha - \beta\,n^{-\gamma}$ with $\beta \ge 0$, $\gamma > 0$; $\beta = 0$ is flat. */
export function powerCurve(alpha: number, beta: number, gamma: number): Curve {
  if (!(Number.isFinite(alpha) && beta >= 0 && gamma > 0)) {
    throw new RangeError(`α = ${alpha}, β = ${beta} and γ = ${gamma} do not make a rising curve`);
  }
  return {
    value: (n) => (beta === 0 ? alpha : alpha - beta * n ** -gamma),
    derivative: (n) => (beta === 0 ? 0 : beta * gamma * n ** (-gamma - 1)),
    inverse: (score) =>
      score >= alpha
        ? beta === 0 && score === alpha
          ? 0
          : Number.POSITIVE_INFINITY
        : (beta / (alpha - score)) ** (1 / gamma) || 0,
    limit: alpha,
    family: "power",
    params: [alpha, beta, gamma],
  };
}

export interface FitCurveOptions {
  /** Default `saturating`, for scores from 0 up. */
  family?: "saturating" | "power";
  /** Range of κ that is searched; default [5, 4000]. */
  kappaRange?: readonly [number, number];
  /** Largest A or α; default 1, as for accuracies and R². */
  ceiling?: number;
  /**
   * Weak preference for $A = 1/2$ of the ceiling and a middling κ, which keeps a few noisy points from flattening a curve for
   * good; default on. It does not apply to the power family.
   */
  prior?: boolean;
  /** κ that the preference leans to; default 300, best set to the geometric middle of the sample counts at hand. */
  middle?: number;
}

const gridSize = 60;
const priorOnKappa = 0.006;
const priorOnA = 0.05;

/**
 * Fits a learning curve by least squares, points weighted by `n`. The saturating family has two parameters: κ runs over a
 * logarithmic grid of 60 and is refined by golden section, A has a closed form, clipped to [0, ceiling]. To the weighted mean
 * squared error is added $0.006\ln^2(\kappa/\text{middle}) + 0.05\,(A/\text{ceiling} - 1/2)^2$ unless `prior` is off (ours:
 * three free parameters, fitted to noise, starve a group for ever). Whatever the points, the curve is non-decreasing and
 * concave. `rmse` is the weighted root mean squared error, in units of the score.
 *
 * Throws RangeError for scores that are not finite, sample counts below 1, and fewer than two different counts.
 */
export function fitLearningCurve(
  points: readonly CurvePoint[],
  { family = "saturating", kappaRange = [5, 4000], ceiling = 1, prior = true, middle = 300 }: FitCurveOptions = {},
): Curve & { rmse: number } {
  const weighted = checkPoints(points);
  const curve =
    family === "power"
      ? powerCurve(...fitPower(weighted, ceiling))
      : fitSaturating(weighted, kappaRange, ceiling, prior, middle);
  return { ...curve, rmse: Math.sqrt(meanSquare(weighted, (n) => curve.value(n))) };
}

/** The points with weights that sum to 1; see {@link fitLearningCurve} for what is refused. */
export function checkPoints(points: readonly CurvePoint[]): Required<CurvePoint>[] {
  const weighted = points.map(({ n, score, weight = n }) => ({ n, score, weight }));
  for (const { n, score, weight } of weighted) {
    if (!Number.isFinite(score)) throw new RangeError(`the score at n = ${n} is ${score}, not a finite number`);
    if (!(Number.isFinite(n) && n >= 1)) throw new RangeError(`a score stands at n = ${n}, and 1 or more is wanted`);
    if (!(Number.isFinite(weight) && weight > 0)) throw new RangeError(`the weight at n = ${n} is ${weight}`);
  }
  if (new Set(weighted.map(({ n }) => n)).size < 2) {
    throw new RangeError("a learning curve needs scores at two different sample counts or more");
  }
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  return weighted.map((point) => ({ ...point, weight: point.weight / total }));
}

/** Weighted mean square of score − prediction; the weights sum to 1. */
function meanSquare(points: readonly Required<CurvePoint>[], predict: (n: number) => number): number {
  return points.reduce((sum, { n, score, weight }) => sum + weight * (score - predict(n)) ** 2, 0);
}

function fitSaturating(
  points: readonly Required<CurvePoint>[],
  [least, most]: readonly [number, number],
  ceiling: number,
  prior: boolean,
  middle: number,
): Curve {
  const pull = prior ? priorOnA : 0;
  const bestA = (kappa: number): number => {
    let [above, below] = [(pull * 0.5) / ceiling, pull / ceiling ** 2];
    for (const { n, score, weight } of points) {
      const share = n / (n + kappa);
      above += weight * share * score;
      below += weight * share * share;
    }
    return Math.min(ceiling, Math.max(0, above / below));
  };
  const cost = (logKappa: number): number => {
    const kappa = Math.exp(logKappa);
    const A = bestA(kappa);
    const misfit = meanSquare(points, (n) => (A * n) / (n + kappa));
    return misfit + (prior ? priorOnKappa * Math.log(kappa / middle) ** 2 + priorOnA * (A / ceiling - 0.5) ** 2 : 0);
  };
  const [low, step] = [Math.log(least), Math.log(most / least) / (gridSize - 1)];
  let best = 0;
  for (let i = 1; i < gridSize; i++) if (cost(low + i * step) < cost(low + best * step)) best = i;
  const kappa = Math.exp(
    goldenSection(cost, low + Math.max(0, best - 1) * step, low + Math.min(gridSize - 1, best + 1) * step),
  );
  return saturatingCurve(bestA(kappa), kappa);
}

/** The minimum of a function with one valley on [a, b]. */
export function goldenSection(f: (x: number) => number, a: number, b: number, rounds = 60): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [x, y] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fx, fy] = [f(x), f(y)];
  for (let round = 0; round < rounds; round++) {
    if (fx < fy) {
      [b, y, fy] = [y, x, fx];
      x = b - ratio * (b - a);
      fx = f(x);
    } else {
      [a, x, fx] = [x, y, fy];
      y = a + ratio * (b - a);
      fy = f(y);
    }
  }
  return (a + b) / 2;
}
