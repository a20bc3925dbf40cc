import type { Random } from "../../../kit/random.ts";
import { bootstrapInterval, type Interval, mean } from "../../../kit/stats.ts";

/** One replay of a stream under one strategy. */
export interface Replay {
  /** Mean error in every block of the stream. */
  blocks: ArrayLike<number>;
  labels: number;
  labelRate: number;
  drifts: number;
}

/** A strategy and its replays, one for each throw of the coins; a strategy without a coin has one. */
export interface Replayed {
  strategy: string;
  replays: Replay[];
}

/** How a stream was cut, and what is shown of a mean error: itself, or its root. */
export interface Blocks {
  /** Rows of every block. */
  sizes: readonly number[];
  shown(error: number): number;
}

/** Blocks of `window` rows; the last has what is left. */
export function blocksOf(rows: number, window: number, shown = (error: number): number => error): Blocks {
  const count = Math.ceil(rows / window);
  return { sizes: Array.from({ length: count }, (_, b) => Math.min(window, rows - b * window)), shown };
}

/** Error of a replay over some blocks, all of them when left out. */
export function errorOf(
  { blocks }: Replay,
  { sizes, shown }: Blocks,
  over: readonly number[] = [...sizes.keys()],
): number {
  let [sum, rows] = [0, 0];
  for (const b of over) {
    const size = sizes[b] as number; // `over` names blocks
    sum += size * (blocks[b] as number);
    rows += size;
  }
  return shown(sum / rows);
}

/** Mean error of a strategy over its replays. */
export function meanError({ replays }: Replayed, blocks: Blocks): number {
  return mean(replays.map((replay) => errorOf(replay, blocks)));
}

/** The one with the least mean error; the first of equals. */
export function leastError(all: readonly Replayed[], blocks: Blocks): Replayed {
  return all.reduce((a, b) => (meanError(b, blocks) < meanError(a, blocks) ? b : a));
}

/** The interval of the negative. */
export function negated({ value, low, high, ...rest }: Interval): Interval {
  return { value: -value, low: -high, high: -low, ...rest };
}

/**
 * Error of one strategy minus that of another on the same stream, by a paired block bootstrap: whole blocks of rows are drawn
 * again, the same for both, because errors in a row hang together; and so are the replays of each, because their coins fell by chance.
 */
export function errorGap(ours: Replayed, theirs: Replayed, blocks: Blocks, random: Random, level: number): Interval {
  const whole = [...blocks.sizes.keys()];
  const error = ({ replays }: Replayed, sample: readonly number[]): number =>
    mean(
      replays.map((own) =>
        // The stream as it was is read with the replays as they were.
        errorOf(sample === whole ? own : (replays[random.int(0, replays.length - 1)] as Replay), blocks, sample),
      ),
    );
  return bootstrapInterval(whole, (sample) => error(ours, sample) - error(theirs, sample), random, {
    resamples: 4000,
    level,
  });
}
