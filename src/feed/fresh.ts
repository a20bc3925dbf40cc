interface Kept<T> {
  at: number;
  value: Promise<T>;
  next?: Promise<T> | undefined;
}

/** Values that are made again when they are old; meanwhile the old one is given. */
export class Fresh<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #ms: number;
  readonly #most: number;
  readonly #clock: () => number;

  constructor(ms: number, most: number, clock: () => number) {
    this.#ms = ms;
    this.#most = most;
    this.#clock = clock;
  }

  peek(key: string): Promise<T> | undefined {
    return this.#kept.get(key)?.value;
  }

  clear(): void {
    this.#kept.clear();
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key);
    if (!kept) return this.#keep(key, make());
    if (this.#clock() - kept.at > this.#ms && !kept.next) {
      kept.next = make();
      kept.next.then(
        () => this.#keep(key, kept.next as Promise<T>), // set one line above
        () => {
          kept.next = undefined;
        },
      );
    }
    return kept.value;
  }

  #keep(key: string, value: Promise<T>): Promise<T> {
    this.#kept.delete(key);
    this.#kept.set(key, { at: this.#clock(), value });
    value.catch(() => this.#kept.delete(key));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
    return value;
  }
}
