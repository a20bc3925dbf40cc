import { passOutput } from "../../../kit/nets/mlp.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import type { Random } from "../../../kit/random.ts";
import { PairwiseRanker } from "./pairwise-ranker.ts";
import { batchWeights, checkWeighting, inversePropensityWeight } from "./propensity.ts";
import type { Triples } from "./triples.ts";

export interface PlainOptions {
  /** Passes over the triples. */
  epochs: number;
  /** Exactly this many updates instead; two trainings are comparable only with equally many. */
  steps?: number;
  /** Learning rate of Adam. */
  lr: number;
  /** Triples an update. */
  batch: number;
  random: Random;
  /** λ of the relevance model's penalty; default 0. */
  l2?: number;
  /** Width of a hidden layer; default 0, a linear ranker. */
  hidden?: number;
}

export interface CetOptions extends PlainOptions {
  /** Temperature τ of the weights ("debias ratio"); default 2. Infinite: all weights alike, which is plain training. */
  tau?: number;
  /** Columns the selection model sees: those of the process that filled the pool. Default: all. */
  selectionMask?: readonly number[];
  /** λ of the selection model's penalty; default 0.01. Scores drift upwards and weights grow exponentially with them. */
  l2Selection?: number;
  /** Weights divided by their mean in the batch; default true. */
  normalize?: boolean;
  /**
   * Largest weight before that; default 10⁶, which only keeps numbers finite. Low bounds undo the correction: the documents that
   * were surely looked at then count no more than many others.
   */
  clip?: number;
  /** As in the authors' code: neither a bound on the weights nor normalisation. */
  exact?: boolean;
  /** Called after every update. */
  onStep?(step: CetStep): void;
}

/** What one update did. */
export interface CetStep {
  /** From 1. */
  step: number;
  steps: number;
  lossRelevance: number;
  /** NaN in plain training. */
  lossSelection: number;
  relevance: PairwiseRanker;
  selection?: PairwiseRanker;
}

export interface CetModels {
  /** f_R, the ranker. */
  relevance: PairwiseRanker;
  /** f_S; it sees the columns of `selectionMask` in their order. */
  selection: PairwiseRanker;
  /** Final weight $w_R$ of every triple's negative in the relevance loss, clipped and not normalised. */
  weights: Float64Array;
}

/** The columns of a row-major matrix named by `mask`, in its order. */
export function selectColumns(rows: Float32Array, dim: number, mask: readonly number[]): Float32Array {
  for (const column of mask) {
    if (!Number.isInteger(column) || column < 0 || column >= dim)
      throw new RangeError(`the selection model cannot see column ${column} of ${dim}`);
  }
  if (mask.length === 0) throw new RangeError("the selection model sees no column");
  const out = new Float32Array((rows.length / dim) * mask.length);
  for (let from = 0, to = 0; from < rows.length; from += dim)
    for (const column of mask) out[to++] = rows[from + column] as number;
  return out;
}

function checkTriples({ query, positive, negative }: Triples): void {
  if (query.length === 0) throw new RangeError("there are no triples to learn from");
  for (let t = 0; t < query.length; t++) {
    if (positive[t] === negative[t]) throw new RangeError(`triple ${t} has its labelled document as negative`);
  }
}

function stepCount(triples: Triples, { steps, epochs, batch }: PlainOptions): number {
  return steps ?? Math.ceil((epochs * triples.query.length) / Math.min(batch, triples.query.length));
}

function finite(loss: number, model: string, step: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new RangeError(
    `the ${model} loss is ${loss} at update ${step}: choose a larger τ, a smaller learning rate or a bound on the weights`,
  );
}

/** Rows of the batch's labelled documents, then of its negatives. */
function batchRows({ positive, negative }: Triples, batch: Int32Array): Int32Array {
  const rows = new Int32Array(2 * batch.length);
  for (let i = 0; i < batch.length; i++) {
    rows[i] = positive[batch[i] as number] as number;
    rows[batch.length + i] = negative[batch[i] as number] as number;
  }
  return rows;
}

/** The same triples over only those rows they use, which then stay close together in memory. */
function compact(triples: Triples): Triples {
  const { dim, rows } = triples;
  const place = new Int32Array(rows.length / dim).fill(-1);
  const used: number[] = [];
  const move = (row: number): number => {
    if ((place[row] as number) < 0) place[row] = used.push(row) - 1;
    return place[row] as number;
  };
  const positive = triples.positive.map(move);
  const negative = triples.negative.map(move);
  return { ...triples, rows: gatherRows(rows, dim, used), positive, negative };
}

/** {@link trainPlain}, an update at a time. */
export function* plainTraining(given: Triples, options: PlainOptions): Generator<CetStep, PairwiseRanker> {
  checkTriples(given);
  const triples = compact(given);
  const { lr, batch, random, l2 = 0, hidden = 0 } = options;
  const { dim, rows } = triples;
  const relevance = new PairwiseRanker({ dim, hidden, l2, random: random.fork("start") });
  const source = batches(triples.query.length, batch, random.fork("batches"));
  const steps = stepCount(triples, options);
  for (let step = 1; step <= steps; step++) {
    const drawn = source.next().value;
    const pass = relevance.forward(gatherRows(rows, dim, batchRows(triples, drawn)));
    const loss = relevance.learn(pass, new Float64Array(drawn.length).fill(1), lr);
    yield { step, steps, lossRelevance: finite(loss, "relevance", step), lossSelection: Number.NaN, relevance };
  }
  return relevance;
}

/** {@link trainCet}, an update of both models at a time, for callers that have to pause. */
export function* cetTraining(given: Triples, options: CetOptions): Generator<CetStep, CetModels> {
  checkTriples(given);
  const triples = compact(given);
  const { lr, batch, random, l2 = 0, hidden = 0, tau = 2, l2Selection = 0.01, exact = false } = options;
  const { dim, rows } = triples;
  const mask = options.selectionMask ?? Array.from({ length: dim }, (_, i) => i);
  const clip = exact ? Number.POSITIVE_INFINITY : (options.clip ?? 1e6);
  const weighting = { tau, clip, normalize: !exact && (options.normalize ?? true) };
  checkWeighting(tau, clip);
  const seen = selectColumns(rows, dim, mask);
  // Both start from the same stream, as two copies of one pretrained model would.
  const relevance = new PairwiseRanker({ dim, hidden, l2, random: random.fork("start") });
  const selection = new PairwiseRanker({ dim: mask.length, hidden, l2: l2Selection, random: random.fork("start") });
  const source = batches(triples.query.length, batch, random.fork("batches"));
  const steps = stepCount(triples, options);
  for (let step = 1; step <= steps; step++) {
    const drawn = source.next().value;
    const pairs = batchRows(triples, drawn);
    const passR = relevance.forward(gatherRows(rows, dim, pairs));
    const passS = selection.forward(gatherRows(seen, mask.length, pairs));
    // Both weights come from the models as they are before either moves, and are constants in the gradient.
    const weightsR = batchWeights(passOutput(passS).subarray(drawn.length), weighting);
    const weightsS = batchWeights(passOutput(passR).subarray(drawn.length), weighting);
    const lossRelevance = finite(relevance.learn(passR, weightsR, lr), "relevance", step);
    const lossSelection = finite(selection.learn(passS, weightsS, lr), "selection", step);
    const report = { step, steps, lossRelevance, lossSelection, relevance, selection };
    options.onStep?.(report);
    yield report;
  }
  const scores = selection.scoreRows(seen);
  const weights = Float64Array.from(triples.negative, (row) =>
    inversePropensityWeight(scores[row] as number, tau, clip),
  );
  return { relevance, selection, weights };
}

function finish<T>(training: Generator<unknown, T>): T {
  for (let next = training.next(); ; next = training.next()) if (next.done) return next.value;
}

/**
 * Coupled estimation (paper, section 4): a relevance model R and a selection model S learn side by side from the same triples,
 * and each weighs the other's negatives,
 *
 * $w_R(d^-) = \frac{1}{1 - \sigma(f_S(q,d^-)/\tau)}$, $\quad w_S(d^-) = \frac{1}{1 - \sigma(f_R(q,d^-)/\tau)}$,
 *
 * in $L_R = \frac1B \sum w_R \log(1 + e^{f_R(d^-) - f_R(d^+)})$ and likewise $L_S$. Rank with `relevance` alone.
 *
 * The two losses are mirror images: models that see the same columns and start alike stay alike, and nothing is corrected. Give
 * S the columns of the process that filled the pool (`selectionMask`). Deterministic given `random`. Throws a RangeError on no
 * triples, a labelled document among its own negatives, τ ≤ 0, a clip below 1, an unknown column and a loss that is not finite.
 */
export function trainCet(triples: Triples, options: CetOptions): CetModels {
  return finish(cetTraining(triples, options));
}

/** The ranker without correction: every negative counts alike. Same start and batches as {@link trainCet} for equal `random`. */
export function trainPlain(triples: Triples, options: PlainOptions): PairwiseRanker {
  return finish(plainTraining(triples, options));
}
