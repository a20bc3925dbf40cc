import { mapRows, type Rows, type RowsTree } from "./rows.ts";

/**
 * Reverse-mode differentiation over {@link Rows}. A result computed from anything on a tape is on that tape too, and each
 * operation leaves behind how its gradient flows back. Without a tape the same functions only compute.
 *
 * ```ts
 * const tape = new Tape();
 * const on = tape.track(params);
 * const loss = meanSquaredError(linear(x, on.weight, on.bias), y);
 * tape.backward(loss); // on.weight.grad holds the gradient
 * ```
 */
export class Tape {
  readonly #back: (() => void)[] = [];

  /** The same parameters (sharing their values) with room for gradients. */
  track<T extends RowsTree>(tree: T): T {
    return mapRows(tree, ({ rows, width, data }) => this.blank(rows, width, data));
  }

  /** A matrix on this tape with zero gradient. */
  blank(rows: number, width: number, data: Float32Array = new Float32Array(rows * width)): Rows {
    return { rows, width, data, grad: new Float32Array(rows * width), tape: this };
  }

  /** Remembers how the gradient of a result flows into its inputs. */
  record(back: () => void): void {
    this.#back.push(back);
  }

  /** Runs the tape backwards from a scalar and forgets it. */
  backward(loss: Rows): void {
    if (loss.rows !== 1 || loss.width !== 1 || loss.tape !== this || !loss.grad) {
      throw new RangeError("the loss must be a 1 × 1 result on this tape");
    }
    loss.grad[0] = 1;
    for (let i = this.#back.length - 1; i >= 0; i--) this.#back[i]?.();
    this.#back.length = 0;
  }
}

/** An empty result of an operation on `inputs`: on their tape where one of them has one. */
export function resultOf(rows: number, width: number, ...inputs: readonly (Rows | undefined)[]): Rows {
  for (const input of inputs) if (input?.tape) return input.tape.blank(rows, width);
  return { rows, width, data: new Float32Array(rows * width) };
}

/** The same values off the tape: no gradient flows through. */
export function detach({ rows, width, data }: Rows): Rows {
  return { rows, width, data };
}
