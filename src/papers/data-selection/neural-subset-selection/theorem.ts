import { clipNorm } from "../../../kit/nets/clip.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { warmupCosine } from "../../../kit/nets/schedule.ts";
import { rowsOf } from "../../../kit/nets/tape/rows.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { Scorer } from "./scorer.ts";
import { type PackedSets, packSets } from "./sets.ts";
import { initSubsetModel, matchedWidth, type SubsetConfig, scoreParameters } from "./subset-model.ts";
import { scoreWeighted, weightedGradient } from "./weighted-subsets.ts";

export interface TheoremSettings {
  stream: number;
  steps: number;
  hidden: number;
  /** Whether the function that sees the ground set is deprived of it. */
  ablate: boolean;
}

export interface TheoremResult {
  /** Share of the target's variance that F(S; V) explains on fresh sets, and that F(S) does. */
  withSuperset: number;
  alone: number;
}

interface Batch {
  sets: PackedSets;
  /** 1 for members of S. */
  members: Uint8Array;
  targets: Float64Array;
}

const size = 6;

/**
 * Sets of six reals, three of them a level of 2 above the others, noise of 0.3 on each and a shift $c \sim N(0, 5^2)$ on all six; a pair S
 * of them, and how many of the pair lie in the upper half of V. Given S alone the shift hides everything: two unlike items are
 * one of the upper half, and two alike are none or both with equal chances, so that one is expected whatever the pair.
 */
function drawBatch(count: number, random: Random): Batch {
  const members = new Uint8Array(count * size);
  const targets = new Float64Array(count);
  const sets = Array.from({ length: count }, (_, i) => {
    const shift = random.normal(0, 5);
    const order = random.permutation(size);
    const values = order.map((place) => random.normal(shift + (place < size / 2 ? 1 : -1), 0.3));
    for (const j of random.permutation(size).slice(0, 2)) {
      members[i * size + j] = 1;
      if ((order[j] as number) < size / 2) targets[i] = (targets[i] as number) + 1;
    }
    return rowsOf(size, 1, values);
  });
  return { sets: packSets(sets, 1), members, targets };
}

async function explained(
  config: SubsetConfig,
  { stream, steps }: TheoremSettings,
  { signal }: TrialContext,
): Promise<number> {
  const random = new Random(stream);
  const model = initSubsetModel(config, random.fork("init"));
  const scorer = new Scorer(model);
  const optimizer = adamW({ weightDecay: 0 });
  const draws = random.fork("draws");
  for (let step = 0; step < steps; step++) {
    const { sets, members, targets } = drawBatch(64, draws);
    const encoded = scorer.encode(sets);
    const { scores, layout } = scoreWeighted(scorer, encoded, members);
    const slope = Float64Array.from(targets, (u, i) => (2 * ((scores[i] as number) - (u - 1))) / targets.length);
    const gradient = weightedGradient(scorer, encoded, members, layout, slope);
    clipNorm(gradient, 10);
    optimizer.step(model.params, gradient, warmupCosine(step, { steps, warmup: 50, peak: 1e-2 }));
    if (step % 100 === 0)
      await new Promise<void>((resume) => setTimeout(resume, 0)).then(() => signal.throwIfAborted());
  }
  const { sets, members, targets } = drawBatch(2000, random.fork("test"));
  const { scores } = scoreWeighted(scorer, scorer.encode(sets), members);
  let [errors, squares] = [0, 0];
  for (const [i, u] of targets.entries()) {
    errors += (u - 1 - (scores[i] as number)) ** 2;
    squares += (u - 1) ** 2;
  }
  return 1 - errors / squares;
}

/** Fits the value itself with and without the ground set (paper, section 3: V may be left out only if $Y \perp V \mid S$). */
export async function theoremTrial(settings: TheoremSettings, context: TrialContext): Promise<TheoremResult> {
  const { hidden, ablate } = settings;
  const count = scoreParameters(initSubsetModel({ dim: 1, hidden }, new Random(0)));
  const base = { dim: 1, hidden, superset: "none", width: matchedWidth({ dim: 1, hidden }, count) } as const;
  const inset = ablate ? ({ dim: 1, hidden, superset: "none" } as const) : { dim: 1, hidden };
  return {
    withSuperset: await explained(inset, settings, context),
    alone: await explained(base, settings, context),
  };
}
