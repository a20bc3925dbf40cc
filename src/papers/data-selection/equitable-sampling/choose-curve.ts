import { averageLearningCurve } from "./average-curve.ts";
import { type Curve, type CurvePoint, fitLearningCurve } from "./curves.ts";

export const curveChoices = ["auto", "average", "saturating", "power"] as const;
export type CurveChoice = (typeof curveChoices)[number];

/**
 * A curve for a table's scores: the range of κ follows the sample counts, and the ceiling is 1 for scores up to 1, 0 for scores
 * that are all negative (losses with their sign turned), and else ten times the largest. `auto` takes the power family for
 * negative scores and where four or more sample counts fit it at least twice as closely, and the saturating one otherwise.
 */
export function chooseCurve(
  points: readonly CurvePoint[],
  choice: CurveChoice,
  noise = 0.25,
): Curve & { rmse: number } {
  const counts = points.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const top = Math.max(...points.map(({ score }) => score));
  const ceiling = top > 1 ? 10 * top : 1;
  const shape = {
    kappaRange: [least / 20, 20 * most] as const,
    middle: Math.exp(counts.reduce((sum, n) => sum + Math.log(n), 0) / counts.length),
    ceiling,
  };
  const power = () => fitLearningCurve(points, { family: "power", ceiling: top < 0 ? 0 : ceiling });
  if (choice === "power") return power();
  if (choice === "average") return averageLearningCurve(points, { ...shape, noise });
  const saturating = fitLearningCurve(points, { ...shape, prior: false });
  if (choice === "saturating") return saturating;
  if (points.some(({ score }) => score < 0)) return power();
  if (new Set(counts).size < 4) return saturating;
  const other = power();
  return other.rmse < saturating.rmse / 2 ? other : saturating;
}
