import type { ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { mean, quantile } from "../../../kit/stats.ts";
import { estimateInstance } from "./estimate.ts";
import { agentResponses } from "./explore-then-commit.ts";
import { isIncentiveCompatible, type Mechanism, mechanismWorth } from "./mechanism.ts";
import type { Unit } from "./read-instance.ts";
import type { Projects } from "./read-projects.ts";

export interface Resampled {
  resamples: number;
  /** Share of the resamples in which obedience is still a best response. */
  obeyed: number;
  /** 2.5% and 97.5% of the profit. */
  from: number;
  to: number;
}

/** The contract on resampled projects: do the agents still obey, and what is it worth when they answer each other? */
export async function resampleProjects(
  { known, counts, total }: Projects,
  best: Mechanism,
  unit: Unit,
  chosen: { bootstrap: number; smoothing: number; seed: number },
  run: ToolRun,
): Promise<Resampled> {
  const random = new Random(chosen.seed).fork("bootstrap");
  const worths: number[] = [];
  const pick = cumulative(counts);
  let obeyed = 0;
  for (let k = 0; k < chosen.bootstrap; k++) {
    const drawn = new Float64Array(counts.length);
    for (let row = 0; row < total; row++) {
      const at = pick(random.float() * total);
      drawn[at] = (drawn[at] ?? 0) + 1;
    }
    const instance = estimateInstance(known, drawn, chosen.smoothing);
    const responses = agentResponses(instance, best, "joint");
    if (isIncentiveCompatible(instance, best, 1e-9).ok) obeyed++;
    worths.push(mean(responses.map((each) => mechanismWorth(instance, best, each).value)) * unit.unit + unit.offset);
    run.progress(0.7 + (0.25 * k) / chosen.bootstrap, `resample ${k + 1} of ${chosen.bootstrap}`);
    await run.breathe();
  }
  const result = {
    resamples: chosen.bootstrap,
    obeyed: obeyed / chosen.bootstrap,
    from: quantile(worths, 0.025),
    to: quantile(worths, 0.975),
  };
  run.table("resamples", {
    title: "The contract on resampled projects",
    columns: [
      { key: "resamples", label: "resamples", digits: 0 },
      { key: "obeyed", label: "share in which obedience stays best", digits: 2 },
      { key: "from", label: "profit, 2.5%", digits: 4 },
      { key: "to", label: "profit, 97.5%", digits: 4 },
    ],
    rows: [result],
  });
  return result;
}

/** Finds the cell in which a cumulative count falls, by bisection. */
function cumulative(counts: Float64Array): (at: number) => number {
  const sums = new Float64Array(counts.length);
  let sum = 0;
  for (const [k, count] of counts.entries()) sums[k] = sum += count;
  return (at) => {
    let [low, high] = [0, counts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
