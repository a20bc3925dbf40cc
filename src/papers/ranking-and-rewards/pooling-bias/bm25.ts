import { topPositions } from "./retrieval-metrics.ts";

/** Words of a text: runs of letters and digits of any script, in lower case. */
export function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

export interface Bm25Options {
  /** Saturation of repeated terms; default 0.9. */
  k1?: number;
  /** Weight of document length; default 0.4. */
  b?: number;
}

/** Which terms a list of documents has, and how often: what BM25 and the features made from text need. */
export class Bm25Index {
  readonly k1: number;
  readonly b: number;
  /** Number of documents. */
  readonly size: number;
  readonly #terms = new Map<string, number>();
  /** Documents a term. */
  readonly #documents: number[] = [];
  /** Terms of document d, in increasing order, are entries `#start[d]` to `#start[d + 1]`. */
  readonly #start: Int32Array;
  readonly #term: Int32Array;
  readonly #count: Int32Array;
  readonly #length: Int32Array;
  readonly #meanLength: number;
  #postings: { start: Int32Array; document: Int32Array; count: Int32Array } | undefined;

  constructor(docs: readonly string[], { k1 = 0.9, b = 0.4 }: Bm25Options = {}) {
    if (!(k1 >= 0) || !(b >= 0 && b <= 1)) throw new RangeError(`k1 = ${k1} and b = ${b} must be in [0, ∞) and [0, 1]`);
    this.k1 = k1;
    this.b = b;
    this.size = docs.length;
    this.#start = new Int32Array(docs.length + 1);
    this.#length = new Int32Array(docs.length);
    const term: number[] = [];
    const count: number[] = [];
    for (const [d, text] of docs.entries()) {
      const ids = tokens(text)
        .map((word) => this.#idOf(word))
        .sort((x, y) => x - y);
      this.#length[d] = ids.length;
      for (let i = 0; i < ids.length; ) {
        const id = ids[i] as number;
        let end = i + 1;
        while (ids[end] === id) end++;
        term.push(id);
        count.push(end - i);
        this.#documents[id] = (this.#documents[id] ?? 0) + 1;
        i = end;
      }
      this.#start[d + 1] = term.length;
    }
    this.#term = Int32Array.from(term);
    this.#count = Int32Array.from(count);
    this.#meanLength = this.#length.reduce((sum, n) => sum + n, 0) / Math.max(1, docs.length);
  }

  #idOf(word: string): number {
    const known = this.#terms.get(word);
    if (known !== undefined) return known;
    this.#terms.set(word, this.#terms.size);
    return this.#terms.size - 1;
  }

  /** $\ln\bigl(1 + \frac{N - n + 0.5}{n + 0.5}\bigr)$ of a word that stands in n of the N documents. */
  idf(word: string): number {
    const n = this.#documents[this.#terms.get(word) ?? -1] ?? 0;
    return Math.log(1 + (this.size - n + 0.5) / (n + 0.5));
  }

  /** How often a word stands in a document. */
  frequency(word: string, doc: number): number {
    const id = this.#terms.get(word);
    if (id === undefined) return 0;
    let low = this.#start[doc] as number;
    let high = (this.#start[doc + 1] as number) - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#term[middle] as number;
      if (found === id) return this.#count[middle] as number;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  /** Words in a document. */
  length(doc: number): number {
    return this.#length[doc] as number;
  }

  /** What `frequency` occurrences in a document contribute before the word's idf. */
  #saturated(frequency: number, doc: number): number {
    const relative = (this.#length[doc] as number) / (this.#meanLength || 1);
    return (frequency * (this.k1 + 1)) / (frequency + this.k1 * (1 - this.b + this.b * relative));
  }

  /**
   * $\sum_t \text{idf}_t \frac{f_t (k_1 + 1)}{f_t + k_1 (1 - b + b\, |d| / \overline{|d|})}$ over the words of the query, repeated
   * ones counted as often.
   */
  score(query: string, doc: number): number {
    if (!(doc >= 0 && doc < this.size)) throw new RangeError(`there is no document ${doc} of ${this.size}`);
    let sum = 0;
    for (const word of tokens(query)) {
      const frequency = this.frequency(word, doc);
      if (frequency > 0) sum += this.idf(word) * this.#saturated(frequency, doc);
    }
    return sum;
  }

  /** The k best documents for a query with their scores, best first; documents without any of its words are left out. */
  search(query: string, k: number): { doc: number; score: number }[] {
    const { start, document, count } = this.#inverted();
    const sums = new Map<number, number>();
    for (const word of tokens(query)) {
      const id = this.#terms.get(word);
      if (id === undefined) continue;
      const idf = this.idf(word);
      for (let at = start[id] as number; at < (start[id + 1] as number); at++) {
        const doc = document[at] as number;
        sums.set(doc, (sums.get(doc) ?? 0) + idf * this.#saturated(count[at] as number, doc));
      }
    }
    const found = [...sums].sort(([a], [b]) => a - b);
    return topPositions(
      found.map(([, score]) => score),
      k,
    ).map((at) => ({ doc: (found[at] as [number, number])[0], score: (found[at] as [number, number])[1] }));
  }

  /** Documents by term, made when first searched. */
  #inverted(): { start: Int32Array; document: Int32Array; count: Int32Array } {
    if (this.#postings) return this.#postings;
    const start = new Int32Array(this.#terms.size + 1);
    this.#documents.forEach((n, id) => {
      start[id + 1] = n;
    });
    for (let id = 0; id < this.#terms.size; id++) start[id + 1] = (start[id + 1] as number) + (start[id] as number);
    const next = start.slice();
    const document = new Int32Array(this.#term.length);
    const count = new Int32Array(this.#term.length);
    for (let doc = 0; doc < this.size; doc++) {
      for (let at = this.#start[doc] as number; at < (this.#start[doc + 1] as number); at++) {
        const id = this.#term[at] as number;
        const to = next[id] as number;
        next[id] = to + 1;
        document[to] = doc;
        count[to] = this.#count[at] as number;
      }
    }
    this.#postings = { start, document, count };
    return this.#postings;
  }
}

/** Indexes documents for BM25. Throws on k1 below 0 and b outside [0, 1]. */
export function bm25(docs: readonly string[], options: Bm25Options = {}): Bm25Index {
  return new Bm25Index(docs, options);
}
