import { BadInput } from "../../errors.ts";
import type { Rows } from "./rows.ts";
import { resultOf } from "./tape.ts";

/**
 * Bounds of the segments of a ragged batch: segment s is rows `offsets[s]` to `offsets[s + 1]`. The ids name the segment of
 * each row; they must be sorted and lie in 0 … segments − 1. A segment without rows is empty.
 */
export function segmentOffsets(segmentIds: ArrayLike<number>, segments: number): Int32Array {
  const offsets = new Int32Array(segments + 1);
  let previous = 0;
  for (let i = 0; i < segmentIds.length; i++) {
    const id = segmentIds[i] as number;
    if (!(Number.isInteger(id) && id >= 0 && id < segments)) {
      throw new BadInput(`the id is ${id} and must be a whole number from 0 to ${segments - 1}`, {
        where: `segment id ${i}`,
      });
    }
    if (id < previous) {
      throw new BadInput(`${id} comes after ${previous}`, {
        where: `segment id ${i}`,
        remedy: "Sort the items by segment.",
      });
    }
    previous = id;
    offsets[id + 1] = (offsets[id + 1] as number) + 1;
  }
  for (let s = 0; s < segments; s++) offsets[s + 1] = (offsets[s + 1] as number) + (offsets[s] as number);
  return offsets;
}

function eachSegment(offsets: Int32Array, visit: (segment: number, from: number, to: number) => void): void {
  for (let s = 0; s + 1 < offsets.length; s++) visit(s, offsets[s] as number, offsets[s + 1] as number);
}

/** Sum of the rows of each segment; zeros for an empty one. */
export function segmentSum(x: Rows, offsets: Int32Array): Rows {
  const { width } = x;
  const out = resultOf(offsets.length - 1, width, x);
  eachSegment(offsets, (s, from, to) => {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += x.data[i * width + j] as number;
      out.data[s * width + j] = sum;
    }
  });
  out.tape?.record(() => {
    const { grad } = x;
    if (!grad) return;
    eachSegment(offsets, (s, from, to) => {
      for (let i = from; i < to; i++) {
        for (let j = 0; j < width; j++) {
          grad[i * width + j] = (grad[i * width + j] as number) + (out.grad?.[s * width + j] as number);
        }
      }
    });
  });
  return out;
}

/** Largest (`sign` 1) or smallest (`sign` −1) entry per column and segment; zeros for an empty segment. */
export function segmentExtreme(x: Rows, offsets: Int32Array, sign: 1 | -1): Rows {
  const { width } = x;
  const out = resultOf(offsets.length - 1, width, x);
  const source = new Int32Array(out.data.length).fill(-1);
  eachSegment(offsets, (s, from, to) => {
    for (let j = 0; j < width; j++) {
      let best = from;
      for (let i = from + 1; i < to; i++) {
        if (sign * (x.data[i * width + j] as number) > sign * (x.data[best * width + j] as number)) best = i;
      }
      if (to === from) continue;
      source[s * width + j] = best * width + j;
      out.data[s * width + j] = x.data[best * width + j] as number;
    }
  });
  out.tape?.record(() => {
    const { grad } = x;
    if (!grad) return;
    for (let at = 0; at < source.length; at++) {
      const from = source[at] as number;
      if (from >= 0) grad[from] = (grad[from] as number) + (out.grad?.[at] as number);
    }
  });
  return out;
}

/**
 * Spread of the rows of each segment, $\sqrt{\mathrm{var} + \varepsilon} - \sqrt{\varepsilon}$ with the population variance
 * and $\varepsilon = 10^{-5}$: the standard deviation up to ε, exactly 0 for identical rows, with a finite gradient there.
 */
export function segmentDeviation(x: Rows, offsets: Int32Array): Rows {
  const { width } = x;
  const epsilon = 1e-5;
  const floor = Math.sqrt(epsilon);
  const out = resultOf(offsets.length - 1, width, x);
  const means = new Float64Array(out.data.length);
  eachSegment(offsets, (s, from, to) => {
    for (let j = 0; to > from && j < width; j++) {
      const first = x.data[from * width + j] as number;
      let shift = 0;
      for (let i = from; i < to; i++) shift += (x.data[i * width + j] as number) - first;
      const mean = first + shift / (to - from);
      let squares = 0;
      for (let i = from; i < to; i++) squares += ((x.data[i * width + j] as number) - mean) ** 2;
      means[s * width + j] = mean;
      out.data[s * width + j] = Math.sqrt(squares / (to - from) + epsilon) - floor;
    }
  });
  out.tape?.record(() => {
    const { grad } = x;
    if (!grad) return;
    eachSegment(offsets, (s, from, to) => {
      for (let j = 0; j < width; j++) {
        const at = s * width + j;
        const slope = (out.grad?.[at] as number) / ((to - from) * ((out.data[at] as number) + floor));
        for (let i = from; i < to; i++) {
          const q = i * width + j;
          grad[q] = (grad[q] as number) + slope * ((x.data[q] as number) - (means[at] as number));
        }
      }
    });
  });
  return out;
}
