import { describe, expect, it } from "vitest";
import { Random } from "./random.ts";
import { bootstrapInterval, bootstrapMeans, mean, rankCorrelation } from "./stats.ts";

describe("bootstrapMeans", () => {
  const random = new Random(3);
  const x = Array.from({ length: 40 }, () => random.normal(2, 1));

  it("equals the bootstrap of one mean drawn from the same stream", () => {
    const [own] = bootstrapMeans([x], new Random(7), { resamples: 200 });
    const one = bootstrapInterval(x, mean, new Random(7), { resamples: 200 });
    expect(own?.value).toBeCloseTo(one.value, 12);
    expect(own?.low).toBeCloseTo(one.low, 12);
    expect(own?.high).toBeCloseTo(one.high, 12);
  });

  it("resamples rows, not columns: a shifted column has the shifted interval", () => {
    const [a, b] = bootstrapMeans([x, x.map((v) => v + 5)], new Random(1), { resamples: 100 });
    expect((b?.low ?? 0) - (a?.low ?? 0)).toBeCloseTo(5, 12);
    expect((b?.high ?? 0) - (a?.high ?? 0)).toBeCloseTo(5, 12);
  });

  it("refuses no rows and columns of different lengths", () => {
    expect(() => bootstrapMeans([], random)).toThrow(RangeError);
    expect(() => bootstrapMeans([[1], [1, 2]], random)).toThrow(RangeError);
  });
});

describe("rankCorrelation", () => {
  it("sees order only, gives equal values their mean rank, and refuses lists of different lengths", () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 8, 27, 1000])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5 over √(4.5 · 5).
    expect(rankCorrelation([1, 5, 5, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
    expect(() => rankCorrelation([1, 2], [1])).toThrow(RangeError);
  });
});
