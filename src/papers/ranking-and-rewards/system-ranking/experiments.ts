import type { Random } from "../../../kit/random.ts";
import type { Consensus, Scores } from "../rankings.ts";
import { bordaRanking } from "./borda.ts";
import { aggregateInstances, type InstanceTask } from "./instances.ts";
import { meanRanking } from "./mean.ts";
import { orderError, plackettLuceScores } from "./plackett-luce.ts";

export const systems = 10;
export const tasks = 10;

/** The paper's idea taken away: `ranks` adds up raw scores where ranks belong, `levels` aggregates in one level only. */
export type Ablation = "none" | "ranks" | "levels";

/** Errors of one draw, by rule. */
export type Errors = Record<string, number>;

/** Turns one row a task into one row a system. */
function byNumberOfSystems(rows: readonly number[][]): Scores {
  return Array.from({ length: systems }, (_, n) => rows.map((row) => row[n] ?? 0));
}

/** Median of the raw scores: a robust rule that keeps the scales. */
function medianRule(scores: Scores): Pick<Consensus, "rank"> {
  const middles = scores.map((row) => {
    const sorted = row.map((x) => x ?? 0).sort((a, b) => a - b);
    const half = sorted.length / 2;
    return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
  });
  return bordaRanking(middles.map((m) => [m]));
}

function errorsOf(scores: Scores, ablate: Ablation): Errors {
  const consensus = ablate === "ranks" ? meanRanking(scores) : bordaRanking(scores);
  return {
    borda: orderError(consensus.rank),
    mean: orderError(meanRanking(scores).rank),
    zscore: orderError(meanRanking(scores, { normalize: "zscore" }).rank),
    minmax: orderError(meanRanking(scores, { normalize: "minmax" }).rank),
    median: orderError(medianRule(scores).rank),
  };
}

const shapes: ((x: number) => number)[] = [(x) => x, Math.exp, (x) => x ** 3];

/**
 * Ten honest tasks, each on a scale of its own: scores pass through $a\,g(x)$ with $a = 10^{U(-2, 2)}$ and g in turn the
 * identity, exp and the cube. All maps increase, so the rankings are untouched. `sameScale` leaves the maps out.
 */
export function scaleDraw(spread: number, random: Random, ablate: Ablation, sameScale = false): Errors {
  const rows = Array.from({ length: tasks }, (_, task) => {
    const raw = plackettLuceScores(systems, spread, random);
    if (sameScale) return raw;
    const factor = 10 ** random.uniform(-2, 2);
    const shape = shapes[task % shapes.length] ?? ((x: number) => x);
    return raw.map((x) => factor * shape(x));
  });
  return errorsOf(byNumberOfSystems(rows), ablate);
}

/** Ten tasks of which `corrupted` have their order reversed and their scores multiplied by `factor`. */
export function corruptionDraw(
  spread: number,
  corrupted: number,
  factor: number,
  random: Random,
  ablate: Ablation,
): Errors {
  const rows = Array.from({ length: tasks }, (_, task) => {
    const raw = plackettLuceScores(systems, spread, random);
    return task < corrupted ? raw.map((x) => -factor * x) : raw;
  });
  return errorsOf(byNumberOfSystems(rows), ablate);
}

/** Nine honest tasks of 20 instances and one reversed task of 500, aggregated in one and in two levels and by means. */
export function instancesDraw(spread: number, random: Random, ablate: Ablation): Errors {
  const task = (name: string, instances: number, sign: number): InstanceTask => ({
    name,
    scores: byNumberOfSystems(
      Array.from({ length: instances }, () => plackettLuceScores(systems, spread, random).map((x) => sign * x)),
    ) as number[][],
  });
  const all = [...Array.from({ length: tasks - 1 }, (_, t) => task(`task ${t}`, 20, 1)), task("reversed", 500, -1)];
  return {
    two: orderError(aggregateInstances(all, ablate === "levels" ? "one" : "two").rank),
    one: orderError(aggregateInstances(all, "one").rank),
    macroMean: orderError(aggregateInstances(all, "macroMean").rank),
    microMean: orderError(aggregateInstances(all, "microMean").rank),
  };
}
