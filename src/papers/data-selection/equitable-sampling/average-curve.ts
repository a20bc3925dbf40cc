import { type Curve, type CurvePoint, checkPoints, saturatingCurve } from "./curves.ts";

export interface AverageCurveOptions {
  /** Range of κ that is averaged over; default [5, 4000]. */
  kappaRange?: readonly [number, number];
  /** Largest A; default 1, as for accuracies and R². */
  ceiling?: number;
  /** κ in the middle of the prior; default 300, best set to the geometric middle of the sample counts at hand. */
  middle?: number;
  /** Standard deviation of ln κ under the prior; default 3, which says next to nothing. */
  spread?: number;
  /** Variance of a score, times the samples it rests on, in units of the ceiling squared; default 0.25, the largest that of an accuracy can be. */
  noise?: number;
}

const [kappas, heights] = [30, 20];

/**
 * The learning curve to be expected given noisy points (ours): the average of all curves $A\,n/(n+\kappa)$, each weighted by
 * $\exp\!\left(-\frac{N}{2\sigma^2}\,\overline{(s - A n/(n+\kappa))^2}\right)$ times a wide prior on ln κ, where the mean is weighted
 * by $n$ and $N$ is the largest $n$: the points of one group come from the same people, so that all of them together count as
 * the largest. A best fit takes a slow group's early scores near zero for a flat curve and starves it; the average keeps the
 * curves in mind that are still possible. It rises and bends down, as its members do; `params` has the mean of A and the
 * geometric mean of κ. Throws what {@link fitLearningCurve} throws.
 */
export function averageLearningCurve(
  points: readonly CurvePoint[],
  { kappaRange = [5, 4000], ceiling = 1, middle = 300, spread = 3, noise = 0.25 }: AverageCurveOptions = {},
): Curve & { rmse: number } {
  const weighted = checkPoints(points);
  const evidence = Math.max(...weighted.map(({ n }) => n)) / (2 * noise * ceiling ** 2);
  const members: { A: number; kappa: number; fit: number }[] = [];
  for (let i = 0; i < kappas; i++) {
    const kappa = kappaRange[0] * (kappaRange[1] / kappaRange[0]) ** (i / (kappas - 1));
    for (let j = 0; j < heights; j++) {
      const A = (ceiling * (j + 0.5)) / heights;
      const misfit = weighted.reduce(
        (sum, { n, score, weight }) => sum + weight * (score - (A * n) / (n + kappa)) ** 2,
        0,
      );
      members.push({ A, kappa, fit: -evidence * misfit - (Math.log(kappa / middle) / spread) ** 2 / 2 });
    }
  }
  const top = Math.max(...members.map(({ fit }) => fit));
  const total = members.reduce((sum, { fit }) => sum + Math.exp(fit - top), 0);
  const shares = members
    .map(({ A, kappa, fit }) => ({ A, kappa, curve: saturatingCurve(A, kappa), share: Math.exp(fit - top) / total }))
    .filter(({ share }) => share > 1e-9);
  const average = (f: (member: (typeof shares)[number]) => number): number =>
    shares.reduce((sum, member) => sum + member.share * f(member), 0);
  const value = (n: number): number => average(({ curve }) => curve.value(n));
  const limit = average(({ A }) => A);
  return {
    value,
    derivative: (n) => average(({ curve }) => curve.derivative(n)),
    inverse: (score) => invert(value, limit, score),
    limit,
    family: "average",
    params: [limit, Math.exp(average(({ kappa }) => Math.log(kappa)))],
    rmse: Math.sqrt(weighted.reduce((sum, { n, score, weight }) => sum + weight * (score - value(n)) ** 2, 0)),
  };
}

/** Where a rising function that starts at 0 reaches a score. */
function invert(value: (n: number) => number, limit: number, score: number): number {
  if (score <= 0) return 0;
  if (score >= limit) return Number.POSITIVE_INFINITY;
  let [low, high] = [0, 1];
  while (value(high) < score && high < 1e15) [low, high] = [high, 2 * high];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (value(middle) < score) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
