import type { Random } from "../../kit/random.ts";

/** What is known when it must be decided whether to buy the label of a record. The label is not. */
export interface QueryContext {
  /** The model's class probabilities of the record; absent for a regression. */
  proba?: Float64Array;
  /** Those of every member, for a strategy that wants a committee. */
  committee?: readonly Float64Array[];
  /** Position of the record in the stream, from 0. */
  t: number;
  /** Labels bought so far. */
  labels: number;
  rng: Random;
}

/** A decision. The object may be the same one at every call: copy it to keep it. */
export interface Decision {
  query: boolean;
  /** Chance with which this record was to be queried, given all before it; 1 or 0 for a rule without a coin. */
  probability: number;
  /** How much the strategy wants the label, in its own unit: the larger, the more. */
  score: number;
  /** The record was chosen blindly, whatever the model thinks of it. */
  blind?: boolean;
  /** Which of several strategies decided, of a chooser among them. */
  arm?: ChosenArm;
}

/** The strategy that a chooser drew, and the chance it had. */
export interface ChosenArm {
  index: number;
  chance: number;
}

/** What became of a record, told after it has passed. */
export interface Passed {
  /** Its label was bought. */
  queried: boolean;
  x: Float64Array;
  /** Its label, when it was bought. */
  y?: number;
  /** Whether the model had guessed it, when it was bought. */
  correct?: boolean;
}

/**
 * Decides, record by record, whether a label is worth its price. `shouldQuery` is asked only while the budget allows a
 * label; `observe` is told about every record that passed, asked or not.
 */
export interface QueryStrategy {
  readonly name: string;
  /** Members of the committee it wants in the context; none when absent. */
  readonly committee?: number;
  /** A label bought with probability p is to count 1/p times. */
  readonly importanceWeighted?: boolean;
  /** Some of its decisions are blind, and those alone tell how often the model errs. */
  readonly hasBlindBranch?: boolean;
  shouldQuery(x: Float64Array, context: QueryContext): Decision;
  observe(passed: Passed): void;
  /** A label that this arm had bought came later, and the model was wrong about it. */
  reward?(arm: ChosenArm): void;
  /** What it has learnt of the stream, as JSON, and back; absent for a strategy without a memory. */
  save?(): unknown;
  restore?(state: unknown): void;
}
