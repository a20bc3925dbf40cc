import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { resultOf } from "../../../kit/nets/tape/tape.ts";
import { rootMeanSquare } from "./simple-rms-norm.ts";

/** Row by row $x / (\lVert x\rVert_2/\sqrt d + \varepsilon)$: SimpleRMSNorm on a tape. */
export function normalise(x: Rows, eps = 1e-6): Rows {
  const { rows, width } = x;
  const out = resultOf(rows, width, x);
  const sizes = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const size = rootMeanSquare(x.data, r * width, width);
    sizes[r] = size;
    for (let i = r * width; i < (r + 1) * width; i++) out.data[i] = (x.data[i] as number) / (size + eps);
  }
  out.tape?.record(() => {
    const { grad } = x;
    const g = out.grad;
    if (!grad || !g) return;
    for (let r = 0; r < rows; r++) {
      const size = sizes[r] as number;
      let along = 0;
      for (let i = r * width; i < (r + 1) * width; i++) along += (g[i] as number) * (x.data[i] as number);
      // d size / d x = x / (width · size); at zero the norm is flat
      const pull = size > 0 ? along / (width * size * (size + eps) ** 2) : 0;
      for (let i = r * width; i < (r + 1) * width; i++) {
        grad[i] = (grad[i] as number) + (g[i] as number) / (size + eps) - pull * (x.data[i] as number);
      }
    }
  });
  return out;
}

/** $x \cdot \sigma(x)$ entry by entry. */
export function swish(x: Rows): Rows {
  const out = resultOf(x.rows, x.width, x);
  const gates = new Float32Array(x.data.length);
  for (let i = 0; i < gates.length; i++) {
    const value = x.data[i] as number;
    const gate = 1 / (1 + Math.exp(-value));
    gates[i] = gate;
    out.data[i] = value * gate;
  }
  out.tape?.record(() => {
    const { grad } = x;
    const g = out.grad;
    if (!grad || !g) return;
    for (let i = 0; i < grad.length; i++) {
      const gate = gates[i] as number;
      grad[i] = (grad[i] as number) + (g[i] as number) * (gate + (out.data[i] as number) * (1 - gate));
    }
  });
  return out;
}

/** $x \odot y$ entry by entry; a single row y meets every row of x. */
export function multiplyEntries(x: Rows, y: Rows): Rows {
  const period = y.data.length;
  if (x.width !== y.width || (y.rows !== 1 && y.rows !== x.rows)) {
    throw new RangeError(`cannot multiply ${x.rows} × ${x.width} and ${y.rows} × ${y.width} entry by entry`);
  }
  const out = resultOf(x.rows, x.width, x, y);
  const { data } = out;
  for (let start = 0; start < data.length; start += period) {
    for (let i = 0; i < period; i++) data[start + i] = (x.data[start + i] as number) * (y.data[i] as number);
  }
  out.tape?.record(() => {
    const g = out.grad as Float32Array; // a result on a tape has a gradient
    for (let start = 0; start < g.length; start += period) {
      if (x.grad) addProduct(x.grad, start, g, start, y.data, 0, period);
      if (y.grad) addProduct(y.grad, 0, g, start, x.data, start, period);
    }
  });
  return out;
}

/** into[at + i] += a[from + i] · b[of + i] for `count` entries. */
function addProduct(
  into: Float32Array,
  at: number,
  a: Float32Array,
  from: number,
  b: Float32Array,
  of: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    into[at + i] = (into[at + i] as number) + (a[from + i] as number) * (b[of + i] as number);
  }
}
