/** One record whose label is wanted. */
export interface LabelQuestion {
  /** Row of the table, from 0. */
  row: number;
  /** Where it stands, e.g. "stream.csv, line 14". */
  place: string;
  fields: { name: string; value: string }[];
  /** The classes met so far. */
  classes: string[];
  /** What the model takes it for, and how sure it is; absent while it has met no class. */
  guess?: { label: string; confidence: number };
}

/** The answer to a question; `null` when the reader did not know. */
export interface LabelAnswer {
  row: number;
  label: string | null;
}

/**
 * A method that asks a reader for labels, one record at a time. It is a state machine without clock, files or chance of its own:
 * the same table, settings and answers lead to the same next question, so that the answers are all that must be kept.
 */
export interface LabelSession {
  /** What the answers belong to: table, settings and seed. Answers given for another identity do not fit. */
  readonly identity: Record<string, unknown>;
  readonly answers: readonly LabelAnswer[];
  /** The next record to label; undefined when the table is at its end. */
  question(): LabelQuestion | undefined;
  /** Answers the question that is open. */
  answer(label: string | null): void;
  /** What was done, in one sentence with numbers. */
  summary(): string;
}
