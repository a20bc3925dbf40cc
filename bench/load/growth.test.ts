import { expect, it } from "vitest";
import { type Sample, settled, slopeOf } from "./growth.ts";

const samplesOf = (heaps: readonly number[]): Sample[] =>
  heaps.map((heap, i) => ({ at: 1800 * i, requests: 0, heap, external: 0, resident: 0, handles: 0 }));
const heapOf = ({ heap }: Sample): number => heap;

it("leaves out the first three tenths", () => {
  expect(settled(samplesOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).map(heapOf)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(settled(samplesOf([0, 1, 2])).map(heapOf)).toEqual([0, 1, 2]);
});

it("finds the slope of a line exactly, an hour being the unit", () => {
  const { perHour, low, high } = slopeOf(samplesOf([5, 6, 7, 8, 9]), heapOf);
  for (const value of [perHour, low, high]) expect(value).toBeCloseTo(2, 9);
});

it("gives the interval that the textbook gives", () => {
  // Through (0, 0), (0.5, 1), (1, 0), (1.5, 1): the slope is 0.4, the squared residuals sum to 0.8, and t of two degrees is 4.302653.
  const { perHour, low, high } = slopeOf(samplesOf([0, 1, 0, 1]), heapOf);
  const half = 4.302653 * Math.sqrt(0.8 / 2 / 1.25);
  expect(perHour).toBeCloseTo(0.4, 9);
  expect([low, high]).toEqual([expect.closeTo(0.4 - half, 5), expect.closeTo(0.4 + half, 5)]);
});

it("knows nothing from two samples", () => {
  expect(slopeOf(samplesOf([1, 2]), heapOf)).toEqual({ perHour: Number.NaN, low: Number.NaN, high: Number.NaN });
});
