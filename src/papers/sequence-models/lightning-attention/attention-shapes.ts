import { elementCount, type Tensor } from "../../../kit/nets/tree.ts";

/** Single-precision numbers with a shape, row-major. */
export type NdArray = Tensor;

/** Sizes of an attention call: `heads` sequences per batch entry, n tokens, keys of d and values of e numbers. */
export interface AttentionShape {
  batch: number;
  heads: number;
  n: number;
  d: number;
  e: number;
  /** Leading axes of the result: none for [n, d], [batch, heads] for [batch, heads, n, d]. */
  leading: number[];
}

const show = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** Refuses data whose length is not the product of the shape. */
export function checkArray(name: string, { data, shape }: NdArray): void {
  if (data.length !== elementCount(shape)) {
    throw new RangeError(`${name} has ${data.length} numbers and the shape ${show(shape)}`);
  }
}

/** Reads the sizes off q [n, d] or [b, h, n, d], k alike and v [n, e] or [b, h, n, e]; throws a RangeError on a misfit. */
export function attentionShape(q: NdArray, k: NdArray, v: NdArray): AttentionShape {
  const rank = q.shape.length;
  if (rank !== 2 && rank !== 4) throw new RangeError(`q has the shape ${show(q.shape)}, not [n, d] or [b, h, n, d]`);
  const leading = q.shape.slice(0, -2);
  const [n = 0, d = 0] = q.shape.slice(-2);
  const e = v.shape[v.shape.length - 1] ?? 0;
  const expected: [string, NdArray, number[]][] = [
    ["q", q, [...leading, n, d]],
    ["k", k, [...leading, n, d]],
    ["v", v, [...leading, n, e]],
  ];
  for (const [name, array, shape] of expected) {
    if (show(array.shape) !== show(shape)) {
      throw new RangeError(`${name} has the shape ${show(array.shape)} and beside q it must be ${show(shape)}`);
    }
    checkArray(name, array);
  }
  if (n < 1) throw new RangeError("the sequence is empty");
  if (d < 1 || e < 1 || leading.some((size) => size < 1)) throw new RangeError(`q ${show(q.shape)} has an empty axis`);
  return { batch: leading[0] ?? 1, heads: leading[1] ?? 1, n, d, e, leading };
}

/**
 * The decay rate $s \ge 0$ of every head: one number for all, or one a head. The state shrinks by $\lambda = e^{-s}$ with
 * every token; 0 keeps everything.
 */
export function decayRates(decay: number | ArrayLike<number>, heads: number): Float64Array {
  const rates =
    typeof decay === "number" ? new Float64Array(heads).fill(decay) : Float64Array.from(decay as ArrayLike<number>);
  if (rates.length !== heads) throw new RangeError(`there are ${rates.length} decay rates for ${heads} heads`);
  for (const [head, rate] of rates.entries()) {
    if (!(rate >= 0 && Number.isFinite(rate))) {
      throw new RangeError(`the decay of head ${head} is ${rate}; it must be a number of at least 0`);
    }
  }
  return rates;
}

/** Weights below this count as 0: they change nothing, and products of subnormal numbers take many times longer. */
export const negligible = 1e-30;

/** $\lambda^0, \dots, \lambda^{count}$ for $\lambda = e^{-s}$. Exponents are never negative, so nothing overflows. */
export function decayPowers(rate: number, count: number): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, r) => {
    const power = Math.exp(-rate * r);
    return power < negligible ? 0 : power;
  });
}

/** The state [.., d, e] a call starts from: a copy of the one given, or zeros. */
export function startState({ leading, batch, heads, d, e }: AttentionShape, given?: NdArray): NdArray {
  const shape = [...leading, d, e];
  if (!given) return { data: new Float32Array(batch * heads * d * e), shape };
  if (show(given.shape) !== show(shape)) {
    throw new RangeError(`the state has the shape ${show(given.shape)} and must have ${show(shape)}`);
  }
  checkArray("the state", given);
  return { data: given.data.slice(), shape };
}

/** Visits every sequence of a call with the head it belongs to. */
export function eachSequence({ batch, heads }: AttentionShape, visit: (sequence: number, head: number) => void): void {
  for (let sequence = 0; sequence < batch * heads; sequence++) visit(sequence, sequence % heads);
}

/** Sequence number `sequence` of an array of equal parts of `length` numbers, as a view. */
export function part(data: Float32Array, sequence: number, length: number): Float32Array {
  return data.subarray(sequence * length, (sequence + 1) * length);
}

/** Zeros of the shape of another array. */
export function zerosLike({ data, shape }: NdArray): NdArray {
  return { data: new Float32Array(data.length), shape: [...shape] };
}

/** Refuses a gradient that is not shaped like the output it belongs to. */
export function checkGradient({ leading, n, e }: AttentionShape, dOut: NdArray): void {
  const shape = [...leading, n, e];
  if (show(dOut.shape) !== show(shape)) {
    throw new RangeError(`dOut has the shape ${show(dOut.shape)} and the output ${show(shape)}`);
  }
  checkArray("dOut", dOut);
}
