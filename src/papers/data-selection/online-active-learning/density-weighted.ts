import type { Decision, QueryStrategy } from "../query-strategy.ts";
import { leastConfidence } from "../uncertainty.ts";
import { AdaptiveThreshold } from "./adaptive-threshold.ts";
import { SlidingPoints, SlidingRanks } from "./sliding-window.ts";
import { probabilities } from "./uncertainty-strategies.ts";

interface Saved {
  threshold: number;
  points: number[][];
  distances: number[];
}

/**
 * Uncertainty times novelty: $s = \frac{1 - \max_k p_k}{1 - 1/K} \cdot n$, where the novelty n is the rank, from 0 to 1, of the
 * record's root mean squared distance to the last w unlabelled records among the last w such distances. Queries when $1 - s$
 * lies below the moving threshold of {@link AdaptiveThreshold}. A point far from all others counts more, not less; features
 * are best on one scale.
 */
export function densityWeighted({ window = 200, step = 0.01 }: { window?: number; step?: number } = {}): QueryStrategy {
  if (!Number.isInteger(window) || window < 1) throw new RangeError(`the window ${window} is not 1 or more`);
  const threshold = new AdaptiveThreshold(step);
  let points = new SlidingPoints(window);
  let distances = new SlidingRanks(window);
  const decision: Decision = { query: false, probability: 0, score: 0 };
  return {
    name: "density",
    shouldQuery(x, context) {
      const proba = probabilities(context, "density-weighted sampling");
      const distance = points.distance(x);
      const novelty = distances.rank(distance);
      distances.push(distance);
      decision.score = (leastConfidence(proba) / (1 - 1 / proba.length)) * novelty;
      decision.query = threshold.doubts(1 - decision.score);
      decision.probability = +decision.query;
      return decision;
    },
    observe({ queried, x }) {
      if (!queried) points.push(x);
    },
    save: (): Saved => ({ threshold: threshold.value, points: points.values(), distances: distances.values() }),
    restore(state) {
      const saved = state as Saved;
      threshold.value = saved.threshold;
      points = new SlidingPoints(window);
      distances = new SlidingRanks(window);
      for (const point of saved.points) points.push(Float64Array.from(point));
      for (const distance of saved.distances) distances.push(distance);
    },
  };
}
