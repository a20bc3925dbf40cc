import type { Random } from "../../../kit/random.ts";
import type { Reply } from "./answers.ts";
import type { Features } from "./em.ts";

/** How simulated annotators err. */
export type Simulation =
  /** Right with probability `accuracies[k]`, else any other class alike; below 1/C an adversary. */
  | { kind: "oneCoin"; accuracies: readonly number[] }
  /** `matrices[k][c]` is the distribution of what k says of class c. */
  | { kind: "confusion"; matrices: readonly (readonly ArrayLike<number>[])[] }
  /** Right with probability `accuracy(k, x)`. */
  | { kind: "instance"; annotators: number; features: Features; accuracy(k: number, x: Float64Array): number }
  /** Starts at `accuracies[k]` and loses `loss` of what is above chance with every answer. */
  | { kind: "fatigue"; accuracies: readonly number[]; loss: number };

export interface Simulated {
  annotators: number;
  ask(item: number, annotator: number): Reply;
}

/**
 * Annotators who answer from the true labels. Their luck is drawn once per pair of item and annotator, so that strategies that
 * ask the same question hear the same answer. `unsure` is the probability of "don't know" instead of an answer.
 */
export function simulateAnnotators(
  truth: ArrayLike<number>,
  classes: number,
  simulation: Simulation,
  random: Random,
  { unsure = 0 } = {},
): Simulated {
  const annotators =
    simulation.kind === "confusion"
      ? simulation.matrices.length
      : simulation.kind === "instance"
        ? simulation.annotators
        : simulation.accuracies.length;
  const size = truth.length * annotators;
  const luck = Float64Array.from({ length: size }, () => random.float());
  const other = Int32Array.from({ length: size }, () => random.int(1, classes - 1));
  const silent = Uint8Array.from({ length: size }, () => (unsure > 0 && random.bool(unsure) ? 1 : 0));
  const answered = new Int32Array(annotators);

  function label(item: number, k: number, at: number): number {
    const c = truth[item] as number;
    const u = luck[at] as number;
    if (simulation.kind === "confusion") {
      const row = simulation.matrices[k]?.[c];
      let left = u;
      for (let l = 0; l < classes - 1; l++) {
        left -= row?.[l] ?? 0;
        if (left < 0) return l;
      }
      return classes - 1;
    }
    const right = accuracyOf(item, k) > u;
    return right ? c : (c + (other[at] as number)) % classes;
  }

  function accuracyOf(item: number, k: number): number {
    if (simulation.kind === "instance") {
      const { values, width } = simulation.features;
      return simulation.accuracy(k, values.subarray(item * width, (item + 1) * width));
    }
    if (simulation.kind === "confusion") return Number.NaN;
    const start = simulation.accuracies[k] as number;
    if (simulation.kind === "oneCoin") return start;
    return 1 / classes + (start - 1 / classes) * (1 - simulation.loss) ** (answered[k] as number);
  }

  return {
    annotators,
    ask(item, k) {
      const at = item * annotators + k;
      if (silent[at] === 1) return { label: undefined };
      const reply = { label: label(item, k, at) };
      answered[k] = (answered[k] as number) + 1;
      return reply;
    },
  };
}
