import type { DriftDetector, DriftSignal } from "../active-stream.ts";

export interface AdwinSettings {
  /** Chance of a false alarm per test; smaller is calmer. */
  delta?: number;
}

/** Numbers of equal size class; a bucket of row r sums 2^r of them. */
interface Bucket {
  size: number;
  sum: number;
}

interface Saved {
  buckets: Bucket[];
}

const bucketsPerSize = 5;

/**
 * ADWIN (Bifet, Gavaldà 2007) on the errors of labelled records: keeps a window of the past in O(log n) buckets and cuts off its
 * older part whenever two parts of it differ in mean by more than
 * $\varepsilon = \sqrt{\tfrac{2}{m}\sigma^2 \ln\tfrac{2}{\delta'}} + \tfrac{2}{3m}\ln\tfrac{2}{\delta'}$, with $1/m = 1/n_0 + 1/n_1$ and
 * $\delta' = \delta / \ln n$. A cut that leaves more errors behind it is a drift; one that would be made at ten times δ, a warning.
 */
export function adwin({ delta = 0.002 }: AdwinSettings = {}): DriftDetector {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`δ = ${delta} is not inside (0, 1)`);
  /** Newest first: sizes 1, 1, 2, 2, 4 and so on. */
  let buckets: Bucket[] = [];

  const compress = (): void => {
    for (let size = 1; ; size *= 2) {
      const first = buckets.findIndex((bucket) => bucket.size === size);
      if (first < 0) return;
      let end = first;
      while (buckets[end]?.size === size) end += 1;
      if (end - first <= bucketsPerSize) return;
      const older = buckets[end - 1];
      const newer = buckets[end - 2];
      if (!older || !newer) return;
      buckets.splice(end - 2, 2, { size: size * 2, sum: older.sum + newer.sum });
    }
  };

  /** How the newer and older part differ at the first cut that the test allows; 0 at none. */
  const cut = (chance: number): number => {
    let total = 0;
    let sum = 0;
    for (const bucket of buckets) {
      total += bucket.size;
      sum += bucket.sum;
    }
    if (total < 10) return 0;
    const mean = sum / total;
    const log = Math.log((2 * Math.log(total)) / chance);
    let n1 = 0;
    let s1 = 0;
    for (const bucket of buckets) {
      n1 += bucket.size;
      s1 += bucket.sum;
      const n0 = total - n1;
      if (n0 < 5) return 0;
      if (n1 < 5) continue;
      const inverse = 1 / n0 + 1 / n1;
      const gap = s1 / n1 - (sum - s1) / n0;
      if (Math.abs(gap) > Math.sqrt(2 * inverse * mean * (1 - mean) * log) + (2 / 3) * inverse * log) return gap;
    }
    return 0;
  };

  return {
    add(wrong): DriftSignal {
      buckets.unshift({ size: 1, sum: +wrong });
      compress();
      let worse = false;
      for (let gap = cut(delta); gap !== 0; gap = cut(delta)) {
        if (gap > 0) worse = true;
        buckets.pop();
      }
      if (worse) return "drift";
      return cut(Math.min(0.99, 10 * delta)) > 0 ? "warning" : "stable";
    },
    reset() {
      buckets = [];
    },
    save: (): Saved => ({ buckets: buckets.map((bucket) => ({ ...bucket })) }),
    restore(state) {
      buckets = (state as Saved).buckets.map((bucket) => ({ ...bucket }));
    },
  };
}
