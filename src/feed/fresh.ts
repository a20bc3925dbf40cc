interface Kept<T> {
  at: number;
  value: Promise<T>;
  /** The value, once it is there. */
  settled?: T;
  next?: Promise<T> | undefined;
}

/** Values that are made again when they are old; meanwhile the old one is given, unless nobody asked for so long that it is of another day. */
export class Fresh<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #ms: number;
  readonly #most: number;
  readonly #clock: () => number;
  readonly #longestMs: number;

  /** A value is new for `ms`; when it is `patience` times as old, who asks waits for the next one. */
  constructor(ms: number, most: number, clock: () => number, { patience = 10 }: { patience?: number } = {}) {
    this.#ms = ms;
    this.#longestMs = patience * ms;
    this.#most = most;
    this.#clock = clock;
  }

  /** The value, where it is there and somebody asked for it lately. */
  peek(key: string): T | undefined {
    const kept = this.#kept.get(key);
    return kept && this.#age(kept) <= this.#longestMs ? kept.settled : undefined;
  }

  clear(): void {
    this.#kept.clear();
  }

  /** Every value counts as old, also one that is being made: it is given once more, and made again. */
  age(): void {
    const old = this.#clock() - this.#ms - 1;
    for (const kept of this.#kept.values()) {
      kept.at = Math.min(kept.at, old);
      kept.next = undefined;
    }
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key);
    if (!kept) return this.#keep(key, make());
    const age = this.#age(kept);
    if (age <= this.#ms) return kept.value;
    kept.next ??= this.#renew(key, kept, make());
    return age > this.#longestMs ? kept.next : kept.value;
  }

  #age({ at }: Kept<T>): number {
    return this.#clock() - at;
  }

  #renew(key: string, kept: Kept<T>, next: Promise<T>): Promise<T> {
    next.then(
      () => {
        // What was cleared or aged meanwhile is not brought back.
        if (this.#kept.get(key) === kept && kept.next === next) this.#keep(key, next);
      },
      () => {
        if (kept.next === next) kept.next = undefined;
      },
    );
    return next;
  }

  #keep(key: string, value: Promise<T>): Promise<T> {
    const kept: Kept<T> = { at: this.#clock(), value };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    value.then(
      (settled) => {
        kept.settled = settled;
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key);
      },
    );
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
    return value;
  }
}
