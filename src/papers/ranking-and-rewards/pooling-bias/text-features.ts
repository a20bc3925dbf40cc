import { type Bm25Index, tokens } from "./bm25.ts";

/** Features made from a query and a document's text, in this order. */
export const textFeatureNames = ["bm25", "overlap", "cosine", "trigrams", "log_length"] as const;
/** Those a search engine that matches words works with. */
export const lexicalFeatureNames = ["bm25", "overlap"] as const;

const width = 256;

/** 32-bit FNV-1a of a string. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

/** Unit vector of a text's letter triples, each hashed to one of 256 places with a sign; words are padded at both ends. */
function trigramVector(text: string): Float32Array {
  const vector = new Float32Array(width);
  for (const word of tokens(text)) {
    const padded = ` ${word} `;
    for (let i = 0; i + 3 <= padded.length; i++) {
      const code = hash(padded.slice(i, i + 3));
      const place = code % width;
      vector[place] = (vector[place] as number) + ((code >>> 16) & 1 ? 1 : -1);
    }
  }
  return unit(vector);
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return norm > 0 ? vector.map((x) => x / norm) : vector;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** $\sqrt{\sum_w (f_w\, \text{idf}_w)^2}$ over the different words of a text. */
function idfNorm(index: Bm25Index, counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [word, count] of counts) sum += (count * index.idf(word)) ** 2;
  return Math.sqrt(sum);
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of tokens(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/**
 * Features of a query and a document of the index: BM25; the share of the query's different words that the document has; the
 * cosine of word counts weighted by idf; the cosine of hashed letter triples, which sees shared stems; log(1 + words). What a text
 * needs is computed once and kept.
 */
export function textFeatures(index: Bm25Index, docs: readonly string[]): (query: string, doc: number) => number[] {
  const kept = docs.map((): { norm: number; trigrams: Float32Array } | undefined => undefined);
  let last: { query: string; counts: Map<string, number>; norm: number; trigrams: Float32Array } | undefined;
  return (query, doc) => {
    const text = docs[doc] ?? "";
    const mine = kept[doc] ?? { norm: idfNorm(index, countWords(text)), trigrams: trigramVector(text) };
    kept[doc] = mine;
    if (last?.query !== query) {
      const counts = countWords(query);
      last = { query, counts, norm: idfNorm(index, counts), trigrams: trigramVector(query) };
    }
    let [found, product] = [0, 0];
    for (const [word, count] of last.counts) {
      const frequency = index.frequency(word, doc);
      if (frequency === 0) continue;
      found++;
      product += frequency * count * index.idf(word) ** 2;
    }
    const norms = last.norm * mine.norm;
    return [
      index.score(query, doc),
      last.counts.size > 0 ? found / last.counts.size : 0,
      norms > 0 ? product / norms : 0,
      dot(last.trigrams, mine.trigrams),
      Math.log1p(index.length(doc)),
    ];
  };
}
