/** A shift and a scale for every column. */
export interface Scaling {
  means: Float64Array;
  /** 1 where a column does not vary. */
  deviations: Float64Array;
}

/** Means and variances of columns, row by row, by Welford's update. */
export class ColumnMoments {
  count = 0;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;

  constructor(columns: number) {
    this.#means = new Float64Array(columns);
    this.#squares = new Float64Array(columns);
  }

  add(data: Float64Array, at: number): void {
    this.count++;
    for (let j = 0; j < this.#means.length; j++) {
      const value = data[at + j] as number;
      const apart = value - (this.#means[j] as number);
      this.#means[j] = (this.#means[j] as number) + apart / this.count;
      this.#squares[j] = (this.#squares[j] as number) + apart * (value - (this.#means[j] as number));
    }
  }

  scaling(): Scaling {
    return {
      means: this.#means.slice(),
      deviations: this.#squares.map((square, j) => {
        const deviation = Math.sqrt(square / this.count);
        // Rounding leaves a trace of a variance in a constant column.
        return deviation > 1e-12 * Math.abs(this.#means[j] as number) && deviation > 0 ? deviation : 1;
      }),
    };
  }
}

/** Scales the rows of `data`, in place. */
export function applyScaling(data: Float64Array, { means, deviations }: Scaling): void {
  const columns = means.length;
  for (let at = 0; at < data.length; at += columns)
    for (let j = 0; j < columns; j++)
      data[at + j] = ((data[at + j] as number) - (means[j] as number)) / (deviations[j] as number);
}

/** The scaling that gives every column of rows × columns numbers mean 0 and deviation 1. */
export function scalingOf(data: Float64Array, columns: number): Scaling {
  const moments = new ColumnMoments(columns);
  for (let at = 0; at < data.length; at += columns) moments.add(data, at);
  return moments.scaling();
}
