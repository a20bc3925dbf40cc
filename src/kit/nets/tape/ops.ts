import { multiply } from "../multiply.ts";
import type { Rows } from "./rows.ts";
import { resultOf } from "./tape.ts";

/** Adds `delta` to a gradient that is there. */
function accumulate(grad: Float32Array | undefined, delta: Float32Array): void {
  if (grad) for (let i = 0; i < delta.length; i++) grad[i] = (grad[i] as number) + (delta[i] as number);
}

/** $XW + b$ for rows X (m × k), weights W (k × n) and an optional bias (1 × n). */
export function linear(x: Rows, weight: Rows, bias?: Rows): Rows {
  const { rows: m, width: k } = x;
  const n = weight.width;
  if (weight.rows !== k) throw new RangeError(`rows of width ${k} cannot meet weights of ${weight.rows} × ${n}`);
  const out = resultOf(m, n, x, weight, bias);
  multiply(out.data, x.data, weight.data, m, n, k);
  if (bias) {
    const b = bias.data;
    for (let i = 0, at = 0; i < m; i++) {
      for (let j = 0; j < n; j++, at++) out.data[at] = (out.data[at] as number) + (b[j] as number);
    }
  }
  out.tape?.record(() => {
    const g = out.grad as Float32Array; // a result on a tape has a gradient
    if (x.grad) {
      const delta = new Float32Array(m * k);
      multiply(delta, g, weight.data, m, k, n, { transposeB: true });
      accumulate(x.grad, delta);
    }
    if (weight.grad) {
      const delta = new Float32Array(k * n);
      multiply(delta, x.data, g, k, n, m, { transposeA: true });
      accumulate(weight.grad, delta);
    }
    if (bias?.grad) {
      const delta = new Float64Array(n);
      for (let i = 0, at = 0; i < m; i++) {
        for (let j = 0; j < n; j++, at++) delta[j] = (delta[j] as number) + (g[at] as number);
      }
      for (let j = 0; j < n; j++) bias.grad[j] = (bias.grad[j] as number) + (delta[j] as number);
    }
  });
  return out;
}

/** $\max(x, 0)$ entry by entry. */
export function relu(x: Rows): Rows {
  const out = resultOf(x.rows, x.width, x);
  for (let i = 0; i < x.data.length; i++) out.data[i] = Math.max(0, x.data[i] as number);
  out.tape?.record(() => {
    const { grad } = x;
    if (!grad) return;
    for (let i = 0; i < grad.length; i++) {
      if ((x.data[i] as number) > 0) grad[i] = (grad[i] as number) + (out.grad?.[i] as number);
    }
  });
  return out;
}

/** $\alpha x + \beta y$ entry by entry. Exactly symmetric in x and y when $\alpha = \beta$. */
export function combine(x: Rows, y: Rows, alpha = 1, beta = 1): Rows {
  if (x.rows !== y.rows || x.width !== y.width) {
    throw new RangeError(`cannot add ${x.rows} × ${x.width} and ${y.rows} × ${y.width}`);
  }
  const out = resultOf(x.rows, x.width, x, y);
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = alpha * (x.data[i] as number) + beta * (y.data[i] as number);
  }
  out.tape?.record(() => {
    const g = out.grad as Float32Array;
    for (const [part, factor] of [
      [x.grad, alpha],
      [y.grad, beta],
    ] as const) {
      if (part) for (let i = 0; i < g.length; i++) part[i] = (part[i] as number) + factor * (g[i] as number);
    }
  });
  return out;
}

/** Multiplies row i by the constant `factors[i]`. */
export function scaleRows(x: Rows, factors: ArrayLike<number>): Rows {
  if (factors.length !== x.rows) throw new RangeError(`${factors.length} factors for ${x.rows} rows`);
  const out = resultOf(x.rows, x.width, x);
  const pass = (from: Float32Array, into: Float32Array) => {
    for (let i = 0, at = 0; i < x.rows; i++) {
      const factor = factors[i] as number;
      for (let j = 0; j < x.width; j++, at++) into[at] = (into[at] as number) + factor * (from[at] as number);
    }
  };
  pass(x.data, out.data);
  out.tape?.record(() => {
    if (x.grad) pass(out.grad as Float32Array, x.grad);
  });
  return out;
}

/** Rows `index[0], index[1], …` of x; a row may be taken more than once. */
export function take(x: Rows, index: Int32Array): Rows {
  return takeFrom([x], index);
}

/** Rows of several matrices of one width, numbered through: those of `sources[0]` first, then those of `sources[1]`, … */
export function takeFrom(sources: readonly Rows[], index: Int32Array): Rows {
  const width = sources[0]?.width ?? 0;
  const starts: number[] = [];
  let total = 0;
  for (const source of sources) {
    if (source.width !== width) throw new RangeError(`rows of widths ${width} and ${source.width} do not mix`);
    starts.push(total);
    total += source.rows;
  }
  const out = resultOf(index.length, width, ...sources);
  const owner = (row: number): number => {
    if (!(row >= 0 && row < total)) throw new RangeError(`row ${row} of ${total}`);
    let s = sources.length - 1;
    while (row < (starts[s] as number)) s -= 1;
    return s;
  };
  for (let i = 0; i < index.length; i++) {
    const row = index[i] as number;
    const s = owner(row);
    const from = (row - (starts[s] as number)) * width;
    const { data } = sources[s] as Rows; // owner() returns an index of sources
    for (let j = 0, at = i * width; j < width; j++) out.data[at + j] = data[from + j] as number;
  }
  out.tape?.record(() => {
    const g = out.grad as Float32Array;
    for (let i = 0; i < index.length; i++) {
      const row = index[i] as number;
      const s = owner(row);
      const grad = sources[s]?.grad;
      if (!grad) continue;
      const into = (row - (starts[s] as number)) * width;
      for (let j = 0, at = i * width; j < width; j++) {
        grad[into + j] = (grad[into + j] as number) + (g[at + j] as number);
      }
    }
  });
  return out;
}

/** Matrices of the same width, one below the other. */
export function below(parts: readonly Rows[]): Rows {
  const width = parts[0]?.width ?? 0;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const out = resultOf(rows, width, ...parts);
  let start = 0;
  for (const part of parts) {
    if (part.width !== width) throw new RangeError(`rows of widths ${width} and ${part.width} do not mix`);
    const from = start;
    start += part.data.length;
    out.data.set(part.data, from);
    const { grad } = part;
    if (!grad) continue;
    out.tape?.record(() => {
      const g = out.grad as Float32Array;
      for (let i = 0; i < grad.length; i++) grad[i] = (grad[i] as number) + (g[from + i] as number);
    });
  }
  return out;
}

/** The mean of the first and the second half of the rows; exactly the same when the halves change places. */
export function meanOfHalves(x: Rows): Rows {
  if (x.rows % 2 === 1) throw new RangeError(`${x.rows} rows have no halves`);
  const half = x.data.length / 2;
  const out = resultOf(x.rows / 2, x.width, x);
  for (let i = 0; i < half; i++) out.data[i] = 0.5 * ((x.data[i] as number) + (x.data[half + i] as number));
  out.tape?.record(() => {
    const { grad } = x;
    if (!grad) return;
    for (let i = 0; i < half; i++) {
      const g = 0.5 * (out.grad?.[i] as number);
      grad[i] = (grad[i] as number) + g;
      grad[half + i] = (grad[half + i] as number) + g;
    }
  });
  return out;
}

/** Matrices of the same number of rows, side by side. */
export function besides(parts: readonly Rows[]): Rows {
  const rows = parts[0]?.rows ?? 0;
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  for (const part of parts) {
    if (part.rows !== rows) throw new RangeError(`${part.rows} rows cannot stand beside ${rows}`);
  }
  const out = resultOf(rows, width, ...parts);
  let column = 0;
  for (const part of parts) {
    const start = column;
    column += part.width;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < part.width; j++) {
        out.data[i * width + start + j] = part.data[i * part.width + j] as number;
      }
    }
    if (!part.grad) continue;
    const { grad } = part;
    out.tape?.record(() => {
      const g = out.grad as Float32Array;
      for (let i = 0; i < rows; i++) {
        for (let j = 0, at = i * part.width; j < part.width; j++, at++) {
          grad[at] = (grad[at] as number) + (g[i * width + start + j] as number);
        }
      }
    });
  }
  return out;
}
