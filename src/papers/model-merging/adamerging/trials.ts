import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { trainOnTasks } from "../digit-tasks.ts";
import { taskArithmetic } from "../task-vectors.ts";
import { collapseReport } from "./entropy.ts";
import { type EntropyBin, entropyVsLoss } from "./entropy-and-loss.ts";
import {
  type Bench,
  type Comparison,
  compare,
  learn,
  overstated,
  type Settings,
  scoreOf,
  setUp,
  type Variation,
} from "./experiment.ts";

/** Settings under which the method is expected to fail. */
export const stresses = {
  "weak ancestor": { ancestorSteps: 10 },
  "unnormalised logits": { temperature: 0 },
} as const satisfies Record<string, Variation>;
export type StressName = keyof typeof stresses;

/** Before (task arithmetic with scale 0.3) and after the coefficients were learnt, layer-wise, on the pool. */
export interface Stress {
  accuracyStart: number;
  accuracyEnd: number;
  entropyStart: number;
  entropyEnd: number;
  /** Share of the images that get the class predicted most often, mean over tasks. */
  topShareStart: number;
  topShareEnd: number;
}

export interface TrialInput {
  settings: Settings;
  /** Also even experts, more rivals, entropy beside the loss, and the settings under which the method fails. */
  everything: boolean;
}

export interface TrialResult {
  uneven: Comparison;
  more?: {
    even: Comparison;
    correlation: { spearman: number; bins: EntropyBin[] };
    stress: Record<StressName, Stress>;
  };
}

/** Share of the images that get the class predicted most often, mean over tasks. */
function topShare({ network, pool }: Bench, params: ParamTree): number {
  return mean(
    pool.map(({ images, labels, head }) => {
      const logits = network.logits({ ...params, ...head }, images, labels.length);
      return collapseReport(logits, network.classes).topShare;
    }),
  );
}

async function stressed(bench: Bench, vectors: readonly ParamTree[]): Promise<Stress> {
  const start = taskArithmetic(bench.pretrained, vectors);
  const end = await learn(bench, vectors, "layer", "stress");
  return {
    accuracyStart: scoreOf(bench, start).pool,
    accuracyEnd: end.score.pool,
    entropyStart: end.entropyStart,
    entropyEnd: end.entropyEnd,
    topShareStart: topShare(bench, start),
    topShareEnd: topShare(bench, end.params),
  };
}

/** Entropy beside the supervised loss on the pool of all tasks, for task arithmetic with scale 0.3. */
function correlation({ network, pretrained, pool }: Bench, vectors: readonly ParamTree[]) {
  const merged = taskArithmetic(pretrained, vectors);
  const parts = pool.map(({ images, labels, head }) => network.logits({ ...merged, ...head }, images, labels.length));
  const logits = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  for (const [k, part] of parts.entries()) logits.set(part, k * part.length); // the same images in every task
  const labels = pool.flatMap((task) => [...task.labels]);
  return entropyVsLoss(logits, labels, network.classes);
}

/** One seed of the claim. */
export async function mergeTrial({ settings, everything }: TrialInput, { random }: TrialContext): Promise<TrialResult> {
  const bench = await setUp(settings, random);
  const uneven = await compare(bench, overstated(bench.vectors, settings.factor), everything);
  if (!everything) return { uneven };
  const even = await compare(bench, bench.vectors, true);
  const { network, pretrained, training } = bench;
  const together = trainOnTasks(network, pretrained, training, {
    steps: settings.expertSteps,
    batch: 64,
    random: random.fork("all tasks"),
  });
  const multiTask = scoreOf(bench, together);
  uneven.scores.multiTask = multiTask;
  even.scores.multiTask = multiTask;
  const stress: Partial<Record<StressName, Stress>> = {};
  for (const [name, variation] of Object.entries(stresses)) {
    const other = await setUp(settings, random, variation);
    stress[name as StressName] = await stressed(other, other.vectors);
  }
  return {
    uneven,
    more: { even, correlation: correlation(bench, bench.vectors), stress: stress as Record<StressName, Stress> },
  };
}
