import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Checkpoint } from "./checkpoints.ts";
import { fitBuckets, fitBucketsSteps, refit } from "./fit.ts";
import { type Bucket, effectiveUtility, type LawConstants, lawWarnings, predictError } from "./law.ts";
import { bestPool, crossover, poolFrontier } from "./pools.ts";

const constants: LawConstants = { a: 2000, d: 0.1 };
const bucket = (b: number, tau: number, size = 1000, name = `b${b} t${tau} n${size}`): Bucket => ({
  name,
  size,
  b,
  tau,
});

const bucketArbitrary = fc
  .record({
    b: fc.double({ min: -0.5, max: -0.01, noNaN: true }),
    tau: fc.double({ min: 0.5, max: 20, noNaN: true }),
    size: fc.integer({ min: 100, max: 5000 }),
  })
  .map(({ b, tau, size }) => bucket(b, tau, size));
const poolArbitrary = fc.array(bucketArbitrary, { minLength: 1, maxLength: 4 });

describe("the law of a bucket", () => {
  it("is the plain power law in the first epoch, and for ever without decay", () => {
    for (const n of [1, 300, 1000]) {
      expect(predictError(bucket(-0.3, 2), n, constants)).toBeCloseTo(((2000 * n) / 1e5) ** -0.3 + 0.1, 14);
    }
    for (const n of [1500, 20_000, 3e6]) {
      const wanted = ((2000 * n) / 1e5) ** -0.3 + 0.1;
      expect(predictError(bucket(-0.3, Number.POSITIVE_INFINITY), n, constants)).toBeCloseTo(wanted, 12);
      expect(predictError(bucket(-0.3, 2), n, constants, { law: "no-decay" })).toBeCloseTo(wanted, 12);
      expect(predictError(bucket(-0.3, Number.POSITIVE_INFINITY), n, constants, { law: "effective-data" })).toBeCloseTo(
        wanted,
        12,
      );
    }
  });

  it("falls without jumps, with slope b_j (y − d)/n inside every epoch", () => {
    fc.assert(
      fc.property(
        poolArbitrary,
        fc.integer({ min: 0, max: 8 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (pool, epoch, part) => {
          const size = pool.reduce((sum, each) => sum + each.size, 0);
          const at = (n: number): number => predictError(pool, n, constants);
          const edge = (epoch + 1) * size;
          expect(at(edge * (1 + 1e-9)) / at(edge)).toBeCloseTo(1, 7);
          const n = (epoch + part) * size;
          const slope = (at(n * (1 + 1e-6)) - at(n * (1 - 1e-6))) / (2e-6 * n);
          const wanted = (effectiveUtility(pool, epoch + 1) * (at(n) - 0.1)) / n;
          expect(slope).toBeLessThan(0);
          expect(Math.abs(slope / wanted - 1)).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("flattens out above d when utility decays, at the limit of the product", () => {
    const one = bucket(-0.3, 2);
    let log = 0;
    for (let j = 2; j < 400; j++) log += 0.5 ** ((j - 1) / 2) * Math.log(j / (j - 1));
    const limit = Math.exp(-0.3 * (Math.log((2000 * 1000) / 1e5) + log)) + 0.1;
    expect(predictError(one, 1e12, constants)).toBeCloseTo(limit, 12);
    expect(limit).toBeGreaterThan(0.15);
  });

  it("has ratio 1 for a last epoch that is whole", () => {
    const one = bucket(-0.3, 2);
    const exact = Math.exp(-0.3 * Math.log(20)) * 2 ** (-0.3 * 0.5 ** 0.5) + 0.1;
    expect(predictError(one, 2000, constants)).toBeCloseTo(exact, 14);
    expect(predictError(one, 2001, constants)).toBeLessThan(exact);
  });

  it("can replay the offset of the published code", () => {
    const first = 20 ** -0.3;
    const ratio = 2 ** (-0.3 * 0.5 ** 0.5);
    const replayed = predictError(bucket(-0.3, 2), 2000, constants, { offset: "official-code" });
    expect(replayed).toBeCloseTo((first + 0.1) * ratio, 14);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["b of 0", () => predictError(bucket(0, 1), 1, constants), /b = 0/],
    ["τ of 0", () => predictError(bucket(-1, 0), 1, constants), /τ = 0/],
    ["no samples", () => predictError(bucket(-1, 1, 0), 1, constants), /size 0/],
    ["nothing seen", () => predictError(bucket(-1, 1), 0, constants), /0 samples were seen/],
    ["an empty pool", () => predictError([], 1, constants), /one bucket or more/],
    ["epoch 0", () => effectiveUtility([bucket(-1, 1)], 0), /epoch is 0/],
    ["a wrong range", () => crossover([bucket(-1, 1)], [bucket(-1, 1)], constants, [5, 5]), /range/],
  ])("refuses %s", (_, compute, message) => {
    expect(compute).toThrow(message);
  });
});

describe("the law of a mixture", () => {
  it.each(["utility", "effective-data"] as const)(
    "of equal buckets is one large bucket with a longer half-life (%s)",
    (law) => {
      for (const p of [2, 5]) {
        const parts = Array.from({ length: p }, () => bucket(-0.2, 3));
        for (const n of [500, 5500, 60_000]) {
          expect(predictError(parts, n, constants, { law })).toBeCloseTo(
            predictError(bucket(-0.2, 3 * p, 1000 * p), n, constants, { law }),
            12,
          );
        }
      }
    },
  );

  it("does not depend on the order of buckets", () => {
    fc.assert(
      fc.property(poolArbitrary, fc.integer({ min: 10, max: 100_000 }), (pool, n) => {
        const turned = [...pool].reverse();
        expect(predictError(turned, n, constants)).toBeCloseTo(predictError(pool, n, constants), 12);
        expect(bestPool(turned, n, constants).names).toEqual(bestPool(pool, n, constants).names);
      }),
    );
  });

  it("uses the plain mean of utilities for buckets of one size", () => {
    const pool = [bucket(-0.4, 2), bucket(-0.1, 4)];
    expect(effectiveUtility(pool, 1)).toBeCloseTo(-0.25, 14);
    expect(effectiveUtility(pool, 5)).toBeCloseTo((-0.4 * 0.5 ** (4 / 4) - 0.1 * 0.5 ** (4 / 8)) / 2, 14);
  });

  it("keeps more of the data the longer one trains", () => {
    const tau = 2;
    const pool = [-0.4, -0.35, -0.3, -0.25].map((b) => bucket(b, tau));
    const budgets = Array.from({ length: 40 }, (_, i) => 500 * 1.25 ** i);
    const counts = poolFrontier(pool, budgets, constants).map(({ count }) => count);
    for (let i = 1; i < counts.length; i++) expect(counts[i]).toBeGreaterThanOrEqual(counts[i - 1] as number);
    expect(counts[0]).toBe(1);
    expect(counts.at(-1)).toBe(4);
    const meet = crossover(pool.slice(0, 1), pool, constants, [500, 1e6]) as number;
    expect(predictError(pool, meet, constants)).toBeCloseTo(predictError(pool.slice(0, 1), meet, constants), 9);
    expect(crossover(pool, pool.slice(0, 1), constants, [500, 600])).toBeNull();
    expect(crossover(pool.slice(0, 1), pool.slice(3), constants, [500, 1000])).toBeNull();
  });

  it("warns where the law puts buckets in the wrong order", () => {
    expect(lawWarnings([bucket(-0.4, 2)], constants)).toEqual([]);
    expect(lawWarnings([bucket(-0.4, 2, 40)], constants).join()).toMatch(/0\.80.*"b-0.4/);
    expect(predictError(bucket(-0.4, 2, 40), 40, constants)).toBeGreaterThan(
      predictError(bucket(-0.2, 2, 40), 40, constants),
    );
  });
});

describe("fitting the law", () => {
  const truth = [bucket(-0.31, 2.7, 1000, "good"), bucket(-0.22, 6.1, 1000, "fair"), bucket(-0.12, 4.4, 1000, "poor")];
  const planted: LawConstants = { a: 3100, d: 0.08 };
  const epochs = [1, 2, 4, 6, 8, 10];
  const curves = (buckets: readonly Bucket[], law: "utility" | "effective-data" = "utility"): Checkpoint[] =>
    buckets.flatMap((each) =>
      epochs.map((k) => ({
        bucket: each.name,
        samplesSeen: k * each.size,
        error: predictError(each, k * each.size, planted, { law }),
      })),
    );
  const sizes = Object.fromEntries(truth.map(({ name, size }) => [name, size]));

  it("goes through the grid in small steps, so that a tool can show how far it is and be stopped", () => {
    const seen = curves(truth);
    const steps = fitBucketsSteps(seen, sizes, { d: 0.1 });
    const shares: number[] = [];
    let found = steps.next();
    for (; !found.done; found = steps.next()) shares.push(found.value);
    expect(shares.length).toBeGreaterThanOrEqual(100);
    expect(shares).toEqual([...shares].sort((x, y) => x - y));
    expect(found.value).toEqual(fitBuckets(seen, sizes, { d: 0.1 }));
  });

  it("finds planted values on the grid, and to 1e-3 after the local search", () => {
    const grid = fitBuckets(curves(truth), sizes, { d: 0.08, polish: false });
    for (const [i, { b, tau }] of grid.buckets.entries()) {
      expect(Math.abs(b - (truth[i]?.b ?? 0))).toBeLessThan(0.02);
      expect(Math.abs(tau - (truth[i]?.tau ?? 0))).toBeLessThan(1.5);
    }
    for (const law of ["utility", "effective-data"] as const) {
      const fit = fitBuckets(curves(truth, law), sizes, { d: "fit", law });
      expect(fit.rmse).toBeLessThan(1e-6);
      expect(fit.constants.a / 3100).toBeCloseTo(1, 3);
      expect(fit.constants.d).toBeCloseTo(0.08, 3);
      for (const [i, { b, tau }] of fit.buckets.entries()) {
        expect(b).toBeCloseTo(truth[i]?.b ?? 0, 3);
        expect(tau).toBeCloseTo(truth[i]?.tau ?? 0, 2);
      }
      expect(fit.atBound).toEqual([]);
      expect(fit.profile).toHaveLength(10);
    }
  });

  it("names values on the edge of the search, and errors that rise", () => {
    const fit = fitBuckets(curves(truth), sizes, { d: 0.08, tauRange: [5, 10] });
    expect(fit.atBound).toContain("tau of good");
    const rising = curves(truth).map((each) =>
      each.bucket === "poor" && each.samplesSeen === 10_000 ? { ...each, error: 1.2 * each.error } : each,
    );
    expect(fitBuckets(rising, sizes, { d: 0.08 }).rising).toEqual(["poor"]);
    expect(fitBuckets(curves(truth), sizes, { law: "no-decay", d: 0.08 }).buckets[0]?.tau).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it("averages repeated checkpoints, sorts them, and starts again from a fit", () => {
    const [first, ...rest] = curves(truth) as [Checkpoint, ...Checkpoint[]];
    const doubled = [
      ...rest.reverse(),
      { ...first, error: first.error + 0.01 },
      { ...first, error: first.error - 0.01 },
    ];
    const fit = fitBuckets(doubled, sizes, { d: 0.08 });
    expect(fit.notes).toEqual(["Several checkpoints at one place were averaged, at 1 place."]);
    expect(fit.rmse).toBeLessThan(1e-6);
    const again = refit(fit, curves(truth), sizes, { d: 0.08 });
    expect(again.buckets.find(({ name }) => name === "fair")?.b).toBeCloseTo(-0.22, 4);
  });

  const good = curves(truth);
  it.each<[string, () => unknown, RegExp]>([
    [
      "percent",
      () =>
        fitBuckets(
          good.map((each) => ({ ...each, error: 100 * each.error })),
          sizes,
        ),
      /percent, divide by 100/,
    ],
    ["an unknown bucket", () => fitBuckets([{ bucket: "x", samplesSeen: 1, error: 0.5 }], sizes), /"x" has no size/],
    ["two checkpoints", () => fitBuckets(good.slice(0, 2), sizes), /"good" has checkpoints at 2/],
    ["nothing", () => fitBuckets([], sizes), /no checkpoints/],
    ["d above an error", () => fitBuckets(good, sizes, { d: 0.5 }), /d = 0\.5 is not below/],
    ["a size of 0", () => fitBuckets(good, { ...sizes, good: 0 }), /size 0/],
    ["no samples", () => fitBuckets([{ bucket: "good", samplesSeen: 0, error: 0.5 }], sizes), /0 samples/],
    ["an error of NaN", () => fitBuckets([{ bucket: "good", samplesSeen: 5, error: Number.NaN }], sizes), /NaN/],
  ])("refuses %s", (_, compute, message) => {
    expect(compute).toThrow(message);
  });

  it("takes losses above 1 when told so", () => {
    const losses = good.map((each) => ({ ...each, error: 3 * each.error }));
    expect(fitBuckets(losses, sizes, { metric: "loss", d: 0.2 }).rmse).toBeLessThan(0.15);
  });
});
