/** The last `size` numbers, kept in order of size: their ranks in O(size) moves and O(log size) comparisons. */
export class SlidingRanks {
  readonly size: number;
  readonly #sorted: Float64Array;
  readonly #ring: Float64Array;
  #count = 0;
  #next = 0;

  constructor(size: number) {
    this.size = size;
    this.#sorted = new Float64Array(size);
    this.#ring = new Float64Array(size);
  }

  /** Numbers below `value`, and those equal to it when `through`. */
  #position(value: number, through: boolean): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#sorted[middle] as number;
      if (at < value || (through && at === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Share of the numbers that are not above `value`; 1 while there is none. */
  rank(value: number): number {
    return this.#count === 0 ? 1 : this.#position(value, true) / this.#count;
  }

  push(value: number): void {
    if (this.#count === this.size) {
      const oldest = this.#position(this.#ring[this.#next] as number, false);
      this.#sorted.copyWithin(oldest, oldest + 1, this.#count);
      this.#count -= 1;
    }
    const at = this.#position(value, true);
    this.#sorted.copyWithin(at + 1, at, this.#count);
    this.#sorted[at] = value;
    this.#count += 1;
    this.#ring[this.#next] = value;
    this.#next = (this.#next + 1) % this.size;
  }

  /** The numbers, oldest first. */
  values(): number[] {
    const start = this.#count === this.size ? this.#next : 0;
    return Array.from({ length: this.#count }, (_, i) => this.#ring[(start + i) % this.size] as number);
  }
}

/**
 * The last `size` points, and how far another lies from them: the root of the mean squared distance, which needs only the
 * sums of the points and of their squared lengths, $\tfrac1n \sum_i \|x - w_i\|^2 = \|x\|^2 - 2 x^\top \bar w + \overline{\|w\|^2}$.
 * O(d) a point and a distance, whatever the size.
 */
export class SlidingPoints {
  readonly size: number;
  #points: Float64Array = new Float64Array(0);
  #sum: Float64Array = new Float64Array(0);
  #squares = 0;
  #dimension = 0;
  #count = 0;
  #next = 0;

  constructor(size: number) {
    this.size = size;
  }

  get count(): number {
    return this.#count;
  }

  /** 0 while there is no point. */
  distance(x: Float64Array): number {
    if (this.#count === 0) return 0;
    let length = 0;
    let inner = 0;
    for (let j = 0; j < this.#dimension; j++) {
      const value = x[j] as number;
      length += value * value;
      inner += value * (this.#sum[j] as number);
    }
    return Math.sqrt(Math.max(0, length - (2 * inner) / this.#count + this.#squares / this.#count));
  }

  push(x: Float64Array): void {
    if (this.#dimension === 0) {
      this.#dimension = x.length;
      this.#points = new Float64Array(this.size * x.length);
      this.#sum = new Float64Array(x.length);
    }
    const d = this.#dimension;
    const at = this.#next * d;
    const full = this.#count === this.size;
    for (let j = 0; j < d; j++) {
      const value = x[j] as number;
      const old = full ? (this.#points[at + j] as number) : 0;
      this.#points[at + j] = value;
      this.#sum[j] = (this.#sum[j] as number) + value - old;
      this.#squares += value * value - old * old;
    }
    if (!full) this.#count += 1;
    this.#next = (this.#next + 1) % this.size;
    if (this.#next === 0) this.#sumAgain();
  }

  /** Once a round, so that rounding does not add up over a long stream. */
  #sumAgain(): void {
    const d = this.#dimension;
    this.#sum.fill(0);
    this.#squares = 0;
    for (let i = 0; i < this.#count; i++) {
      for (let j = 0; j < d; j++) {
        const value = this.#points[i * d + j] as number;
        this.#sum[j] = (this.#sum[j] as number) + value;
        this.#squares += value * value;
      }
    }
  }

  /** The points, oldest first. */
  values(): number[][] {
    const d = this.#dimension;
    const start = this.#count === this.size ? this.#next : 0;
    return Array.from({ length: this.#count }, (_, i) => {
      const at = ((start + i) % this.size) * d;
      return Array.from(this.#points.subarray(at, at + d));
    });
  }
}
