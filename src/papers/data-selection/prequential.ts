import type { Random } from "../../kit/random.ts";
import { ActiveStream, type DriftDetector } from "./active-stream.ts";
import type { LabelBudget } from "./label-budget.ts";
import type { QueryStrategy } from "./query-strategy.ts";
import type { OnlineClassifier } from "./stream-learner.ts";

/** A record of a stream. Its label is read after the decision whether to buy it, and counts in the error if it is there. */
export interface StreamRecord {
  x: Float64Array;
  y?: number;
}

export interface RunStreamSettings {
  random: Random;
  driftDetector?: DriftDetector;
  /** Records to a point of the error curve. */
  window?: number;
}

export interface StreamResult<L extends OnlineClassifier> {
  /** Share of the records with a label whose class was not the one predicted before it was seen; NaN without any. */
  errorRate: number;
  /** The same over every `window` records in turn. */
  errorCurve: Float64Array;
  /** Positions of the records whose label was bought. */
  queries: Int32Array;
  /** Bought labels over records. */
  labelRate: number;
  /** Positions of the labels that made the drift detector start a new model. */
  driftEvents: number[];
  /** The model at the end. */
  learner: L;
}

/**
 * Prequential evaluation: every record is predicted first, then it is decided whether its label is bought, and only a bought
 * label is learnt from. A bought label that is missing passes unspent. Throws on an empty stream, on a record of another
 * length than the first and on values that are not finite, naming the record.
 */
export function runStream<L extends OnlineClassifier>(
  source: Iterable<StreamRecord>,
  learner: L,
  strategy: QueryStrategy,
  budget: LabelBudget,
  { random, driftDetector, window = 100 }: RunStreamSettings,
): StreamResult<L> {
  const stream = new ActiveStream({
    learner,
    strategy,
    budget,
    random,
    ...(driftDetector ? { detector: driftDetector } : {}),
  });
  const queries: number[] = [];
  const curve: number[] = [];
  let [wrong, known, wrongHere, knownHere, t] = [0, 0, 0, 0, 0];
  for (const record of source) {
    const { query, guess } = stream.ask(record.x);
    const y = record.y;
    if (y !== undefined) {
      knownHere += 1;
      if (y !== guess) wrongHere += 1;
    }
    if (query && y === undefined) stream.skip();
    else {
      if (query) queries.push(t);
      stream.answer(y);
    }
    t += 1;
    if (t % window === 0) {
      curve.push(wrongHere / knownHere);
      wrong += wrongHere;
      known += knownHere;
      wrongHere = 0;
      knownHere = 0;
    }
  }
  if (t === 0) throw new RangeError("the stream is empty");
  if (t % window !== 0) curve.push(wrongHere / knownHere);
  return {
    errorRate: (wrong + wrongHere) / (known + knownHere),
    errorCurve: Float64Array.from(curve),
    queries: Int32Array.from(queries),
    labelRate: queries.length / t,
    driftEvents: stream.driftEvents,
    learner: stream.learner,
  };
}
