import type { Rows } from "./rows.ts";
import { resultOf } from "./tape.ts";

/** A scalar result whose gradient with respect to `x` is known entry by entry. */
function scalar(x: Rows, value: number, slope: Float32Array): Rows {
  const out = resultOf(1, 1, x);
  out.data[0] = value;
  out.tape?.record(() => {
    const g = out.grad?.[0] as number;
    const { grad } = x;
    if (grad) for (let i = 0; i < slope.length; i++) grad[i] = (grad[i] as number) + g * (slope[i] as number);
  });
  return out;
}

function sameShape(x: Rows, target: ArrayLike<number>): void {
  if (x.data.length !== target.length) {
    throw new RangeError(`${x.rows} × ${x.width} outputs and ${target.length} targets`);
  }
}

/** Mean over all entries of the logistic loss $\log(1 + e^{x}) - t x$ of logits x against targets t in [0, 1]. */
export function logisticLoss(logits: Rows, targets: ArrayLike<number>): Rows {
  sameShape(logits, targets);
  const count = logits.data.length;
  const slope = new Float32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const x = logits.data[i] as number;
    const t = targets[i] as number;
    const small = Math.exp(-Math.abs(x)); // stable on both sides
    total += Math.max(x, 0) - t * x + Math.log1p(small);
    slope[i] = ((x >= 0 ? 1 / (1 + small) : small / (1 + small)) - t) / count;
  }
  return scalar(logits, total / count, slope);
}

/** Mean over rows of the cross-entropy $-\log \mathrm{softmax}(x)_c$ of logits x against class numbers c. */
export function crossEntropyLoss(logits: Rows, classes: ArrayLike<number>): Rows {
  const { rows, width, data } = logits;
  if (classes.length !== rows) throw new RangeError(`${rows} rows of logits and ${classes.length} classes`);
  const slope = new Float32Array(data.length);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < width; j++) top = Math.max(top, data[i * width + j] as number);
    let sum = 0;
    for (let j = 0; j < width; j++) sum += Math.exp((data[i * width + j] as number) - top);
    const wanted = classes[i] as number;
    if (!(wanted >= 0 && wanted < width)) throw new RangeError(`class ${wanted} of ${width}`);
    total += Math.log(sum) + top - (data[i * width + wanted] as number);
    for (let j = 0; j < width; j++) {
      slope[i * width + j] = (Math.exp((data[i * width + j] as number) - top) / sum - (j === wanted ? 1 : 0)) / rows;
    }
  }
  return scalar(logits, total / rows, slope);
}

/** Mean over all entries of $(x - t)^2$. */
export function squaredError(x: Rows, targets: ArrayLike<number>): Rows {
  sameShape(x, targets);
  const count = x.data.length;
  const slope = new Float32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const off = (x.data[i] as number) - (targets[i] as number);
    total += off * off;
    slope[i] = (2 * off) / count;
  }
  return scalar(x, total / count, slope);
}

/** Mean over rows of the squared length $\lVert x \rVert^2$. */
export function meanSquaredLength(x: Rows): Rows {
  let total = 0;
  const rows = Math.max(1, x.rows);
  for (let i = 0; i < x.data.length; i++) total += (x.data[i] as number) ** 2;
  return scalar(
    x,
    total / rows,
    x.data.map((value) => (2 * value) / rows),
  );
}
