import type { Random } from "../../../kit/random.ts";
import type { Chunk, WeightedRows } from "./weighted-rows.ts";

interface Reservoir {
  seen: number;
  /** Grows to the capacity, then rows are replaced in place. */
  data: number[];
  targets: number[];
  rows: number[];
}

/**
 * A uniform sample of a stream for every class (Vitter's algorithm R): at any time every row of a class so far is in its reservoir with
 * the same probability. A row stands for $n_k/r_k$ rows of its class.
 */
export class StratifiedReservoir {
  readonly #columns: number;
  readonly #capacity: number;
  readonly #random: Random;
  readonly #reservoirs = new Map<number, Reservoir>();
  #supervised = false;

  constructor(columns: number, capacity: number, random: Random) {
    this.#columns = columns;
    this.#capacity = capacity;
    this.#random = random;
  }

  /** Rows offered so far. */
  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Rows offered so far by class, classes ascending; all under 0 where classes do not count. */
  get counts(): ReadonlyMap<number, number> {
    const entries = [...this.#reservoirs].map(([label, { seen }]): [number, number] => [label, seen]);
    return new Map(entries.sort(([a], [b]) => a - b));
  }

  offer({ X, y, first }: Chunk, byClass: boolean): void {
    this.#supervised ||= y !== null;
    for (let i = 0; i < X.rows; i++) {
      const label = byClass && y ? (y[i] as number) : 0;
      let own = this.#reservoirs.get(label);
      if (!own) {
        own = { seen: 0, data: [], targets: [], rows: [] };
        this.#reservoirs.set(label, own);
      }
      own.seen++;
      const place = own.seen <= this.#capacity ? own.seen - 1 : Math.floor(this.#random.float() * own.seen);
      if (place >= this.#capacity) continue;
      for (let j = 0; j < this.#columns; j++)
        own.data[place * this.#columns + j] = X.data[i * this.#columns + j] as number;
      own.targets[place] = y ? (y[i] as number) : 0;
      own.rows[place] = first + i;
    }
  }

  /** What was kept, class by class. */
  rows(): WeightedRows {
    const kept = [...this.#reservoirs].sort(([a], [b]) => a - b).map(([, reservoir]) => reservoir);
    const count = kept.reduce((sum, { rows }) => sum + rows.length, 0);
    return {
      X: { data: Float64Array.from(kept.flatMap(({ data }) => data)), rows: count, columns: this.#columns },
      y: this.#supervised ? Float64Array.from(kept.flatMap(({ targets }) => targets)) : null,
      weights: Float64Array.from(kept.flatMap(({ seen, rows }) => rows.map(() => seen / rows.length))),
      rows: Float64Array.from(kept.flatMap(({ rows }) => rows)),
    };
  }
}
