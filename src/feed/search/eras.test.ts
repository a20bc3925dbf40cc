import fc from "fast-check";
import { expect, it } from "vitest";
import { Ages } from "./eras.ts";

/** Serials as ids have them: of a month, with a number. */
const serial = fc
  .tuple(fc.integer({ min: 2019, max: 2026 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 24_999 }))
  .map(([year, month, number]) => (year * 100 + month) * 1e7 + number);

/** What the index has of a paper. */
const erasOf = (of: number): number[] => [
  Math.floor(of / 1000) * 4,
  Math.floor(of / 1e7) * 4 + 1,
  Math.floor(of / 1e9) * 4 + 2,
];

function agesOf(serials: readonly number[]): Ages {
  const counts = new Map<number, number>();
  for (const one of serials) {
    const start = Math.floor(one / 1000) * 1000;
    counts.set(start, (counts.get(start) ?? 0) + 1);
  }
  return new Ages([...counts].map(([start, papers]) => ({ start, papers })));
}

it("names the eras of exactly the papers that are new enough", () => {
  fc.assert(
    fc.property(fc.array(serial, { minLength: 1, maxLength: 200 }), fc.nat(220), (serials, wanted) => {
      const ages = agesOf(serials);
      expect(ages.total).toBe(serials.length);
      const from = ages.newest(wanted);
      const newer = serials.filter((one) => one >= from.serial);
      expect(from.papers).toBe(newer.length);
      expect(newer.length).toBeGreaterThanOrEqual(Math.min(wanted, serials.length));
      const eras = new Set(ages.eras(from.serial));
      const named = serials.filter((one) => erasOf(one).some((era) => eras.has(era)));
      expect(named.sort()).toEqual(newer.sort());
      expect(eras.size).toBeLessThan(25 + 12 + 8 + 8);
    }),
  );
});

it("goes back no further than it must, and begins before the papers of a year", () => {
  const serials = Array.from({ length: 120 }, (_, i) => (2025 * 100 + 1 + (i % 12)) * 1e7 + Math.floor(i / 12));
  const ages = agesOf(serials);
  expect(ages.newest(1).papers).toBe(10); // the thousand of December
  expect(ages.newest(25).papers).toBe(30);
  expect(ages.newest(1000).papers).toBe(120);
  expect(ages.after(2025)).toBe(0);
  expect(ages.after(2024)).toBe(120);
  expect(ages.after(2023)).toBe(120);
  expect(new Ages([]).newest(5)).toEqual({ serial: 0, papers: 0 });
});

it("knows papers that came a little later", () => {
  const ages = agesOf([202_512e7 + 1500]);
  const eras = new Set(ages.eras(202_512e7 + 1000));
  for (const later of [202_512e7 + 1999, 202_512e7 + 6500, 202_601e7 + 17]) {
    expect(erasOf(later).some((era) => eras.has(era))).toBe(true);
  }
});
