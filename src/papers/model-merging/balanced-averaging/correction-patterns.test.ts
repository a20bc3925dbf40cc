import fc from "fast-check";
import { expect, it } from "vitest";
import { fftReport, patterns } from "./correction-patterns.ts";

it("counts the eight patterns of a small example", () => {
  const report = fftReport(["a", "b", "a", "c"], ["b", "b", "a", "c"], ["c", "b", "b", "a"], ["c", "b", "a", "b"]);
  expect(report.counts).toEqual({ FFF: 1, FFT: 1, FTF: 0, FTT: 0, TFF: 0, TFT: 0, TTF: 1, TTT: 1 });
  expect([report.FFT, report.TTF, report.accA, report.accB, report.accEns]).toEqual([0.25, 0.25, 0.5, 0.5, 0.5]);
});

it("adds up: counts, the three accuracies, and the gain over the second model", () => {
  const row = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
      const column = (i: number) => rows.map((cells) => cells[i] ?? 0);
      const [a, b, e, y] = [0, 1, 2, 3].map(column) as [number[], number[], number[], number[]];
      const { counts, count, accA, accB, accEns } = fftReport(a, b, e, y);
      expect(patterns.reduce((sum, pattern) => sum + counts[pattern], 0)).toBe(rows.length);
      const accuracy = (list: number[]) => list.filter((value, i) => value === y[i]).length / count;
      for (const [share, list] of [
        [accA, a],
        [accB, b],
        [accEns, e],
      ] as const)
        expect(share).toBeCloseTo(accuracy(list), 12);
      expect(accEns - accB).toBeCloseTo((counts.FFT + counts.TFT - counts.FTF - counts.TTF) / count, 12);
    }),
  );
});

it("refuses lists that do not fit", () => {
  expect(() => fftReport([1], [1, 2], [1, 2], [1, 2])).toThrow(/model a has 1 predictions for 2 labels/);
  expect(() => fftReport([1, 2], [1, 2], [1], [1, 2])).toThrow(/the ensemble has 1/);
  expect(() => fftReport([], [], [], [])).toThrow(/no predictions/);
});
