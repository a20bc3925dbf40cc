import type { Random } from "../../../kit/random.ts";
import type { PairwiseRanker } from "./pairwise-ranker.ts";

/** One query with its candidate documents, as a ranker meets it. */
export interface Query {
  id: string;
  /** Names of the candidates. */
  docs: string[];
  /** One row of features a candidate. */
  features: ArrayLike<number>[];
  /** Positions (in `docs`) of the labelled documents. */
  positives: number[];
  /** By retriever: positions of the candidates, best first. */
  rankings: Record<string, number[]>;
}

/** Training triples (query, labelled document, negative) over one matrix of features. */
export interface Triples {
  /** Features a document. */
  dim: number;
  /** Features of every document of every query, row-major. */
  rows: Float32Array;
  /** Of triple t: position of its query, row of its labelled document, row of its negative. */
  query: Int32Array;
  positive: Int32Array;
  negative: Int32Array;
  /** Row of each query's first document; document d of query q is row `start[q] + d`. */
  start: Int32Array;
  /** Queries that have no labelled document and gave no triple. */
  skipped: number;
}

/** Features of all documents in one matrix. */
export type Stacked = Pick<Triples, "dim" | "rows" | "start">;

/** Stacks the features of all documents; refuses rows of another length and values that are not finite. */
export function stackFeatures(queries: readonly Query[]): Stacked {
  const dim = queries.find((query) => query.features.length > 0)?.features[0]?.length ?? 0;
  if (dim === 0) throw new RangeError("the documents have no features");
  const start = new Int32Array(queries.length);
  let count = 0;
  for (const [q, { features }] of queries.entries()) {
    start[q] = count;
    count += features.length;
  }
  const rows = new Float32Array(count * dim);
  let at = 0;
  for (const { id, docs, features } of queries) {
    if (features.length !== docs.length)
      throw new RangeError(`query ${id} has ${docs.length} documents and features of ${features.length}`);
    for (const [d, row] of features.entries()) {
      if (row.length !== dim)
        throw new RangeError(`document ${docs[d]} of query ${id} has ${row.length} features, others ${dim}`);
      for (let i = 0; i < dim; i++) {
        const value = row[i] as number;
        if (!Number.isFinite(value))
          throw new RangeError(`feature ${i + 1} of document ${docs[d]}, query ${id}: ${value}`);
        rows[at++] = value;
      }
    }
  }
  return { dim, rows, start };
}

export interface SampleOptions {
  /** Whose ranking the negatives come from. */
  retriever: string;
  /** Negatives are drawn from its first `top` documents that carry no label. */
  top: number;
  /** Negatives a labelled document. */
  perPositive: number;
  random: Random;
  /** Documents that must not be drawn (an oracle's, or a denoiser's); default none. */
  exclude?: (query: number, doc: number) => boolean;
  /** {@link stackFeatures} of the same queries, where it is at hand. */
  stacked?: Stacked;
}

/**
 * Draws `perPositive` negatives for every labelled document from the top of a retriever's ranking, the labelled left out; without
 * replacement where there are enough, with it otherwise, so that every retriever gives equally many triples. Queries without a
 * label are skipped and counted. Throws on an unknown retriever and on a query whose list has no negative left.
 */
export function sampleTriples(queries: readonly Query[], options: SampleOptions): Triples {
  const { retriever, top, perPositive, random, exclude = () => false } = options;
  const stacked = options.stacked ?? stackFeatures(queries);
  const query: number[] = [];
  const positive: number[] = [];
  const negative: number[] = [];
  let skipped = 0;
  for (const [q, { id, positives, rankings }] of queries.entries()) {
    if (positives.length === 0) {
      skipped++;
      continue;
    }
    const ranking = Object.hasOwn(rankings, retriever) ? rankings[retriever] : undefined;
    if (!ranking) throw new RangeError(`query ${id} has no ranking by "${retriever}"`);
    const candidates = ranking.slice(0, top).filter((doc) => !positives.includes(doc) && !exclude(q, doc));
    if (candidates.length === 0)
      throw new RangeError(`query ${id} has no negative among the first ${top} of "${retriever}"`);
    const first = stacked.start[q] as number;
    for (const labelled of positives) {
      const drawn =
        candidates.length >= perPositive
          ? random.sample(candidates, perPositive)
          : Array.from({ length: perPositive }, () => random.choice(candidates));
      for (const doc of drawn) {
        query.push(q);
        positive.push(first + labelled);
        negative.push(first + doc);
      }
    }
  }
  return {
    dim: stacked.dim,
    rows: stacked.rows,
    start: stacked.start,
    query: Int32Array.from(query),
    positive: Int32Array.from(positive),
    negative: Int32Array.from(negative),
    skipped,
  };
}

/**
 * Denoised negatives as in RocketQA: drops the triples whose negative a teacher scores above the labelled document by more than
 * `margin`. The teacher should have been trained on negatives of the retriever behind the labels.
 */
export function denoise(triples: Triples, teacher: PairwiseRanker, margin = 0): Triples {
  const scores = teacher.scoreRows(triples.rows);
  const kept = Int32Array.from(triples.query.keys()).filter(
    (t) =>
      (scores[triples.negative[t] as number] as number) <= (scores[triples.positive[t] as number] as number) + margin,
  );
  const pick = (values: Int32Array): Int32Array => kept.map((t) => values[t] as number);
  return { ...triples, query: pick(triples.query), positive: pick(triples.positive), negative: pick(triples.negative) };
}
