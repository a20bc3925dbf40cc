import type { AnyClaim, Experiment } from "./paper.ts";

/** When to reach for one method of a field: a row of its guide. */
export interface Advice {
  method: string;
  /** The paper it comes from, when it is one of the catalogue. */
  slug?: string;
  /** The situation that calls for it. */
  when: string;
  /** What it must be given: data, labels, gradients, answers. */
  needs: string;
  /** Time and memory, in words or as a formula. */
  cost: string;
  /** Part of the guide's claim whose measurement backs the row. */
  part: string;
}

/**
 * Helps to choose among the methods of one field: advice, each row backed by a part of one claim that compares all methods
 * on a common suite. Its slug never is a paper's.
 */
export interface Guide extends Experiment {
  advice: readonly Advice[];
  claim: () => Promise<{ claim: AnyClaim }>;
}

export function defineGuide(guide: Guide): Guide {
  return guide;
}
