import { averageLearningCurve } from "./average-curve.ts";
import { type Curve, type CurvePoint, fitLearningCurve } from "./curves.ts";

export const curveChoices = ["auto", "average", "saturating", "power"] as const;
export type CurveChoice = (typeof curveChoices)[number];

/** Scores down to this are taken for zeros with noise, as R² on held-out rows gives before anything is learnt. */
const slightlyNegative = -0.25;

/**
 * A curve for a table's scores: the range of κ follows the sample counts, and the ceiling is 1 for scores up to 1, 0 for scores
 * that are all negative (losses with their sign turned), and else ten times the largest (twice for an average, whose
 * grid is coarse). `auto` takes the average, because a best fit to noisy scores takes a slow group for a flat one and starves
 * it; scores that fall well below zero, which no curve through the origin can follow, get the power family. `largest` is the
 * largest score of all groups: it is the unit of their noise and of the ceiling.
 */
export function chooseCurve(
  points: readonly CurvePoint[],
  choice: CurveChoice,
  { noise = 0.25, largest = Math.max(...points.map(({ score }) => score)) }: { noise?: number; largest?: number } = {},
): Curve & { rmse: number } {
  const counts = points.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const unit = Math.max(1, largest);
  const ceiling = unit > 1 ? 10 * unit : 1;
  const shape = {
    kappaRange: [least / 20, 20 * most] as const,
    middle: Math.exp(counts.reduce((sum, n) => sum + Math.log(n), 0) / counts.length),
  };
  const below = largest < 0 || points.some(({ score }) => score < slightlyNegative * unit);
  const family = choice === "auto" ? (below ? "power" : "average") : choice;
  if (family === "power") return fitLearningCurve(points, { family, ceiling: largest < 0 ? 0 : ceiling });
  if (family === "saturating") return fitLearningCurve(points, { ...shape, ceiling, prior: false });
  // Nothing is known of a score's noise but its unit: the noise of an accuracy is assumed, in units of the largest score.
  const scale = unit > 1 ? { ceiling: 2 * unit, noise: noise / 4 } : { ceiling, noise };
  return averageLearningCurve(points, { ...shape, ...scale });
}
