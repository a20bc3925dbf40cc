import { type Instance, Radix } from "./instance.ts";
import type { Round } from "./mechanism.ts";

/** What a principal knows before anybody has worked: everything but how effort becomes information. */
export type KnownInstance = Omit<Instance, "psi">;

/** Counts of signal profiles by effort profile and state, as `counts[(b·|Θ| + θ)·|S| + s]`. */
export function countRounds(
  known: KnownInstance,
  rounds: Iterable<Pick<Round, "told" | "reported" | "state">>,
): Float64Array {
  const [b, s] = [new Radix(known.efforts), new Radix(known.signals)];
  const states = known.prior.length;
  const counts = new Float64Array(b.count * states * s.count);
  for (const { told, reported, state } of rounds) {
    const at = (told * states + state) * s.count + reported;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/**
 * The instance with ψ̂_b(s|θ) the frequencies of truthful reports. `smoothing` adds that many to every count; where nothing was
 * seen and nothing is added, all signal profiles are taken to be equally likely.
 */
export function estimateInstance(known: KnownInstance, counts: Float64Array, smoothing = 0): Instance {
  const [b, s] = [new Radix(known.efforts), new Radix(known.signals)];
  const states = known.prior.length;
  if (counts.length !== b.count * states * s.count) {
    throw new RangeError(`${counts.length} counts for ${b.count} × ${states} × ${s.count} cells`);
  }
  return {
    ...known,
    psi(efforts, theta) {
      const from = (b.index(efforts) * states + theta) * s.count;
      const cells = counts.subarray(from, from + s.count);
      const total = cells.reduce((sum, count) => sum + count + smoothing, 0);
      return cells.map((count) => (total > 0 ? (count + smoothing) / total : 1 / s.count));
    },
  };
}
