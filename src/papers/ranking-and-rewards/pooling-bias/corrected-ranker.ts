import { BadInput, nearest } from "../../../kit/errors.ts";
import type { Run } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import type { Candidates } from "./candidates.ts";
import { type CetModels, type CetOptions, type CetStep, cetTraining, plainTraining } from "./cet.ts";
import type { PairwiseRanker } from "./pairwise-ranker.ts";
import { type Query, sampleTriples, type Triples } from "./triples.ts";

/** How a reader wants the two models trained. */
export interface TrainingOptions {
  selectionCols: readonly string[];
  depth: number;
  perPositive: number;
  tau: number;
  exact: boolean;
  l2: number;
  l2Selection: number;
  hidden: number;
  epochs: number;
  learningRate: number;
  batch: number;
  seed: number;
}

/** A column's mean and standard deviation, by which features are centred and scaled. */
export interface Scaling {
  mean: number[];
  scale: number[];
}

export interface Corrected {
  /** The reader's queries with standardised features. */
  queries: Query[];
  scaling: Scaling;
  selectionMask: number[];
  triples: Triples;
  models: CetModels;
  /** The same ranker without correction. */
  plain: PairwiseRanker;
  /** Queries that have a label and a negative. */
  trainedOn: number;
}

/** Which columns the selection model sees: those named, else those known or recognised as word matching. */
export function selectionColumns({ featureNames, lexical, file }: Candidates, wanted: readonly string[]): number[] {
  const guessed = featureNames.filter((name) => lexical.includes(name) || /bm25|overlap|tf.?idf|lexical/i.test(name));
  const names = wanted.length > 0 ? wanted : guessed;
  const all = `The features are ${featureNames.slice(0, 12).join(", ")}${featureNames.length > 12 ? ", …" : ""}.`;
  if (names.length === 0) {
    throw new BadInput("no column is recognised as one of the search engine behind the labels", {
      where: "--selection-cols",
      remedy: `Name those it worked with. ${all}`,
    });
  }
  const mask = [...new Set(names)].map((name) => {
    const at = featureNames.indexOf(name);
    if (at >= 0) return at;
    const close = nearest(name, featureNames);
    throw new BadInput(`${file} has no feature "${name}"`, {
      where: "--selection-cols",
      remedy: close ? `Did you mean ${close}?` : all,
    });
  });
  if (mask.length === featureNames.length) {
    throw new BadInput("the selection model would see every feature, and both models would learn the same", {
      where: "--selection-cols",
      remedy: "Leave out at least one feature that the search engine behind the labels did not use.",
    });
  }
  return mask;
}

/** Centres every feature and divides it by its standard deviation over all candidates; constant ones become 0. */
export function standardise({ queries, featureNames, file }: Candidates): { queries: Query[]; scaling: Scaling } {
  const rows = queries.flatMap(({ features }) => features);
  const scaling: Scaling = { mean: [], scale: [] };
  for (const [i, name] of featureNames.entries()) {
    let [mean, squares] = [0, 0];
    for (const [n, row] of rows.entries()) {
      const off = (row[i] as number) - mean;
      mean += off / (n + 1);
      squares += off * ((row[i] as number) - mean);
    }
    const sd = Math.sqrt(squares / rows.length);
    if (!Number.isFinite(mean) || !Number.isFinite(sd))
      throw new BadInput("the values are too large to be compared", { where: `${file}, column ${name}` });
    scaling.mean.push(mean);
    scaling.scale.push(sd > 1e-9 * Math.abs(mean) ? sd : 1);
  }
  const { mean, scale } = scaling;
  const scaled = queries.map((query) => ({
    ...query,
    features: query.features.map((row) => Array.from(row, (x, i) => (x - (mean[i] as number)) / (scale[i] as number))),
  }));
  return { queries: scaled, scaling };
}

/** Trains both models, and the ranker without correction beside them, on a reader's candidates. */
export async function trainCorrected(candidates: Candidates, options: TrainingOptions, run: Run): Promise<Corrected> {
  const selectionMask = selectionColumns(candidates, options.selectionCols);
  const { queries, scaling } = standardise(candidates);
  const negatives = (query: Query): number =>
    (query.rankings.given ?? []).slice(0, options.depth).filter((doc) => !query.positives.includes(doc)).length;
  const usable = queries.filter((query) => query.positives.length > 0 && negatives(query) > 0);
  if (usable.length === 0) {
    throw new BadInput("no query has both a labelled document and an unlabelled one to compare it with", {
      where: candidates.file,
      remedy: "Training needs queries with at least one label above 0 and further candidates.",
    });
  }
  const random = new Random(options.seed);
  const triples = sampleTriples(usable, {
    retriever: "given",
    top: options.depth,
    perPositive: options.perPositive,
    random: random.fork("negatives"),
  });
  const training: CetOptions = {
    epochs: options.epochs,
    lr: options.learningRate,
    batch: options.batch,
    random: random.fork("training"),
    l2: options.l2,
    hidden: options.hidden,
    tau: options.tau,
    l2Selection: options.l2Selection,
    exact: options.exact,
    selectionMask,
  };
  const models = await overflowing(() => stepwise(cetTraining(triples, training), run, "both models", 0.2, 0.65));
  const plain = await overflowing(() =>
    stepwise(plainTraining(triples, training), run, "without correction", 0.65, 0.85),
  );
  return { queries, scaling, selectionMask, triples, models, plain, trainedOn: usable.length };
}

/** Runs a training to its end with pauses in which a reader may stop it. */
async function stepwise<T>(
  training: Generator<CetStep, T>,
  run: Run,
  what: string,
  from: number,
  to: number,
): Promise<T> {
  for (let next = training.next(); ; next = training.next()) {
    if (next.done) return next.value;
    const { step, steps, lossRelevance } = next.value;
    if (step % 20 !== 0) continue;
    const message = `${what}: update ${step} of ${steps}, loss ${lossRelevance.toPrecision(3)}`;
    run.progress(from + ((to - from) * step) / steps, message);
    await run.breathe();
  }
}

/** Weights that overflow are the reader's to mend, by other options. */
async function overflowing<T>(train: () => Promise<T>): Promise<T> {
  try {
    return await train();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BadInput("training ran into weights too large for numbers", {
      where: "--tau",
      remedy: "Choose a larger --tau, a smaller --learning-rate, or leave out --exact.",
    });
  }
}
