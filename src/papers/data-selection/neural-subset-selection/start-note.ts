import { type Interval, mean, pairedInterval } from "../../../kit/stats.ts";
import type { ModelKind } from "./experiment.ts";
import { mjcOf, type Results } from "./figures.ts";

/** What this run says of the base and the start of its mean field, in sentences. */
export function startNote(results: Results): string {
  const gain = (variant: string): Interval =>
    pairedInterval(
      mjcOf(results, `INSET, ${variant}` as ModelKind),
      mjcOf(results, `EquiVSet, ${variant}` as ModelKind),
    );
  const [proposed, tuned] = [gain("independent"), gain("tuned")];
  const moves = (["INSET, tuned", "EquiVSet, tuned"] as const).map((kind) => byStart(results, kind));
  const spread = moves.every((move) => move !== undefined)
    ? ` From the worse to the better of the starts, at its best other settings, INSET gains ${moves[0]?.toFixed(3)} and the base ${moves[1]?.toFixed(3)}.`
    : "";
  return `A proposal that looks at single items keeps the base's random subsets sparse, so that it sees little of the rest of a set: started from it, INSET ${standing(proposed)}. Dense ones, ψ⁽⁰⁾ = 0.5, show the base much of it: both tuned, INSET ${standing(tuned)}.${spread}`;
}

/** Where INSET stands to the base by the interval of their difference. */
function standing(gain: Interval): string {
  const [value, low, high] = [gain.value, gain.low, gain.high].map((number) => number.toFixed(3).replace("-", "−"));
  const numbers = `a difference of ${value} [${low}, ${high}]`;
  if (gain.low > 0) return `is ahead of it (${numbers})`;
  return gain.high < 0 ? `is behind it (${numbers})` : `cannot be told from it (${numbers})`;
}

/** How far the mean MJC of the best settings moves from the worst start to the best; undefined when one was tried. */
function byStart(results: Results, kind: ModelKind): number | undefined {
  const trained = results.get(kind) ?? [];
  const starts = [...new Set(trained.flatMap(({ candidates }) => candidates.map(({ start }) => start)))];
  if (starts.length < 2) return undefined;
  const means = starts.map((start) =>
    mean(
      trained.map(({ candidates }) => {
        const mine = candidates.filter((candidate) => candidate.start === start);
        return mine.reduce((best, candidate) => (candidate.validation > best.validation ? candidate : best)).test;
      }),
    ),
  );
  return Math.max(...means) - Math.min(...means);
}
