/** How parts of a stream become one summary. */
export interface Reducer<T> {
  /** Two summaries side by side. */
  merge(left: T, right: T): T;
  /** A smaller summary of a part: of a leaf (level 0), or of two merged ones. */
  reduce(part: T, level: number): T;
}

/**
 * Merge and reduce (Bentley and Saxe; Har-Peled and Mazumdar for coresets): a summary of a stream of any length in bounded memory.
 * Every part is reduced when it comes; two summaries of one level are merged and reduced into one of the next, as bits carry. After p
 * parts at most $\log_2 p + 1$ summaries are held, each part went through as many reductions, and all take $O(p)$ reductions. Where
 * `reduce` keeps weighted sums unbiased, so does the whole, by the tower rule.
 */
export class MergeReduce<T> {
  readonly #reducer: Reducer<T>;
  /** A summary of $2^l$ parts at position l, or none. */
  readonly #levels: (T | undefined)[] = [];
  #parts = 0;
  #most = 0;

  constructor(reducer: Reducer<T>) {
    this.#reducer = reducer;
  }

  /** Parts taken in so far. */
  get parts(): number {
    return this.#parts;
  }

  /** Summaries held now. */
  get held(): number {
    return this.#levels.filter((summary) => summary !== undefined).length;
  }

  /** Most summaries ever held at once. */
  get mostHeld(): number {
    return this.#most;
  }

  /** Times that the first part was reduced so far. */
  get depth(): number {
    return this.#levels.length;
  }

  add(part: T): void {
    this.#parts++;
    let summary = this.#reducer.reduce(part, 0);
    let level = 0;
    for (; this.#levels[level] !== undefined; level++) {
      const before = this.#levels[level] as T; // just found to be there
      this.#levels[level] = undefined;
      summary = this.#reducer.reduce(this.#reducer.merge(before, summary), level + 1);
    }
    this.#levels[level] = summary;
    this.#most = Math.max(this.#most, this.held);
  }

  /** All that was added as one summary, merged but not reduced once more; undefined when nothing was. */
  result(): T | undefined {
    let all: T | undefined;
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const summary = this.#levels[level];
      if (summary === undefined) continue;
      all = all === undefined ? summary : this.#reducer.merge(all, summary);
    }
    return all;
  }
}
