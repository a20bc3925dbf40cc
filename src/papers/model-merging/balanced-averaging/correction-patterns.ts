import { BadInput } from "../../../kit/errors.ts";

/** Who is right, in the order first model, second model, ensemble: `FFT` is wrong, wrong, right. */
export const patterns = ["FFF", "FFT", "FTF", "FTT", "TFF", "TFT", "TTF", "TTT"] as const;
export type Pattern = (typeof patterns)[number];

/** Position in {@link patterns} of who is right: binary digits, the first model's the highest. */
export function patternIndex(first: boolean, second: boolean, ensemble: boolean): number {
  return (first ? 4 : 0) + (second ? 2 : 0) + (ensemble ? 1 : 0);
}

export interface FftReport {
  count: number;
  counts: Record<Pattern, number>;
  /** Share of inputs that both models get wrong and the ensemble gets right. */
  FFT: number;
  /** Share of inputs that both models get right and the ensemble gets wrong. */
  TTF: number;
  accA: number;
  accB: number;
  accEns: number;
}

/**
 * Who is right where (paper, section 3): counts of all eight patterns, the share FFT that the ensemble solves though neither
 * member does, the share TTF that it spoils, and the three accuracies. The gain over the second model, the fine-tuned one,
 * splits into them: acc(ens) − acc(b) = FFT + TFT − FTF − TTF. Refused: lists of unequal length or without entries.
 */
export function fftReport<T>(
  predA: ArrayLike<T>,
  predB: ArrayLike<T>,
  predEns: ArrayLike<T>,
  y: ArrayLike<T>,
): FftReport {
  const count = y.length;
  if (count === 0) throw new BadInput("there are no predictions to compare");
  for (const [name, list] of Object.entries({ "model a": predA, "model b": predB, "the ensemble": predEns })) {
    if (list.length !== count) throw new BadInput(`${name} has ${list.length} predictions for ${count} labels`);
  }
  const tally = new Array<number>(patterns.length).fill(0);
  for (let n = 0; n < count; n++) {
    const at = patternIndex(predA[n] === y[n], predB[n] === y[n], predEns[n] === y[n]);
    tally[at] = (tally[at] as number) + 1;
  }
  return reportOf(tally, count);
}

/** The report of counts, or of probabilities with `count` 1, in the order of {@link patterns}. */
export function reportOf(tally: readonly number[], count: number): FftReport {
  const counts = Object.fromEntries(patterns.map((pattern, i) => [pattern, tally[i] ?? 0])) as Record<Pattern, number>;
  const share = (wanted: (pattern: Pattern) => boolean): number =>
    patterns.reduce((sum, pattern) => sum + (wanted(pattern) ? counts[pattern] : 0), 0) / count;
  return {
    count,
    counts,
    FFT: counts.FFT / count,
    TTF: counts.TTF / count,
    accA: share((pattern) => pattern[0] === "T"),
    accB: share((pattern) => pattern[1] === "T"),
    accEns: share((pattern) => pattern[2] === "T"),
  };
}
