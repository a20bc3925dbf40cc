import { z } from "zod";
import { defineClaim, type Verdict } from "../../../kit/paper.ts";
import { pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import { type Comparison, compareLaws, meanCurve, regretInterval } from "./analysis.ts";
import paper from "./card.ts";
import { filteringTrial, type Settings, type TrialResult } from "./experiment.ts";
import { errorsChart, fitTable, lawsTable, poolsTable } from "./figures.ts";

const params = z.object({
  seeds: z
    .number()
    .int()
    .min(3)
    .max(200)
    .default(24)
    .describe("Independent repetitions: images, noise, start and order anew"),
  noise: z
    .array(z.number().min(0).max(1))
    .min(2)
    .max(6)
    .default([0, 0.1, 0.2, 0.3])
    .describe("Share of labels redrawn in each bucket, best first"),
  bucketSize: z.number().int().min(32).max(5000).default(200).describe("Images of a bucket (N)"),
  checkpoints: z
    .array(z.number().int().min(1).max(1024))
    .min(4)
    .max(12)
    .default([2, 4, 8, 16, 32, 64])
    .describe("Budgets at which errors are measured, in samples seen divided by N; the law is fitted from 4 on"),
  earlyRuns: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(6)
    .describe("Draws of images and starts averaged at budgets up to 4N, where luck outweighs quality"),
  testImages: z.number().int().min(100).max(10_000).default(3000).describe("Clean test images"),
  learningRate: z.number().gt(0).max(2).default(0.1).describe("Constant step of gradient descent"),
  batch: z.number().int().min(1).max(256).default(16).describe("Images a step"),
  d: z.number().min(0).max(0.15).default(0.1).describe("Irreducible error that the law assumes"),
  ablate: z
    .enum(["none", "decay", "stretch", "quality"])
    .default("none")
    .describe(
      "Take the idea away: repeats count as fresh samples, half-lives do not stretch in mixtures, or all buckets are equally clean",
    ),
});

/** Err(all buckets) − err(best bucket) at a checkpoint, seed by seed. */
function gap(results: readonly TrialResult[], at: number) {
  const of = (pool: number): number[] => results.map(({ union }) => union.at(pool)?.[at] ?? Number.NaN);
  return pairedInterval(of(-1), of(0));
}

function crossoverPart(results: readonly TrialResult[], checkpoints: readonly number[]): PartResult {
  const gaps = checkpoints.map((_, at) => gap(results, at));
  const last = gaps[gaps.length - 1] as (typeof gaps)[number];
  const first = gaps[0] as (typeof gaps)[number];
  return {
    outcome: all([exceeds(first, 0), exceeds({ ...last, value: -last.value, low: -last.high, high: -last.low }, 0)]),
    measured: checkpoints.map((n, at) => measured(`err(all) − err(best bucket) at ${n}N`, gaps[at] as typeof first)),
  };
}

function lawPart(comparison: Comparison, gain: ReturnType<typeof regretInterval>["gain"]): PartResult {
  const { regret, fixed } = comparison;
  const hindsight = Math.min(...fixed);
  const count = fixed.indexOf(hindsight) + 1;
  const reason =
    hindsight < regret
      ? `Known only in hindsight, always taking the best ${count} loses less than the law's choices.`
      : undefined;
  return {
    outcome: exceeds(gain, 0),
    ...(reason ? { reason } : {}),
    measured: [
      measured("regret(law)", regret),
      measured("regret(always best bucket)", fixed[0] as number),
      measured("regret(always all)", fixed[fixed.length - 1] as number),
      measured("min of these two − regret(law), resampled seeds", gain),
      measured(`regret(always best ${count}), in hindsight`, hindsight),
    ],
  };
}

function mixturePart(comparisons: Record<string, Comparison>): PartResult {
  const [utility, none] = [comparisons.utility, comparisons["no-decay"]] as [Comparison, Comparison];
  return {
    outcome: utility.mixtureRmse < none.mixtureRmse,
    measured: Object.entries(comparisons).map(([law, { mixtureRmse }]) =>
      measured(`rmse on unions, ${law}`, mixtureRmse),
    ),
  };
}

export const claim = defineClaim({
  params,
  scales: { quick: { seeds: 24, testImages: 3000 }, full: { seeds: 40, testImages: 10_000 } },
  trials: { filteringTrial },
  async reproduce({ seeds, ablate, d, ...rest }, run): Promise<Verdict> {
    const checkpoints = [...new Set(rest.checkpoints)].sort((x, y) => x - y);
    const noise = ablate === "quality" ? rest.noise.map(() => rest.noise[0] ?? 0) : rest.noise;
    const settings: Settings = { ...rest, checkpoints, noise, everyUnion: true };
    const results: TrialResult[] = [];
    await run.map(
      filteringTrial,
      Array.from({ length: seeds }, () => settings),
      (result, index, done) => {
        results[index] = result;
        const sofar = results.filter(Boolean);
        run.progress((0.85 * done) / seeds, `seed ${done} of ${seeds}`);
        run.table("pools", poolsTable(settings, sofar));
        run.chart("errors", errorsChart(settings, meanCurve(sofar)));
      },
    );
    run.progress(0.87, "fitting the laws");
    const choices = { d, ablate };
    const comparisons = compareLaws(settings, meanCurve(results), choices);
    await run.breathe();
    const utility = comparisons.utility as Comparison;
    run.progress(0.92, "resampling seeds");
    const { gain, misordered } = regretInterval(settings, results, choices, utility, run.random.fork("bootstrap"));
    run.table("pools", poolsTable(settings, results, utility));
    run.chart("errors", errorsChart(settings, meanCurve(results), utility));
    run.table("laws", lawsTable(comparisons));
    run.table("fit", fitTable(utility));
    const { rising, atBound, warnings } = utility;
    const effective = (comparisons["effective-data"] as Comparison).mixtureRmse;
    const off =
      utility.mixtureRmse < effective
        ? `off by ${utility.mixtureRmse.toFixed(3)}, those of the law of effective data by ${effective.toFixed(3)}`
        : `off by ${utility.mixtureRmse.toFixed(3)}, no less than those of the law of effective data (${effective.toFixed(3)}): it is judged by its choices`;
    const order = `The law ${utility.misordered ? "takes the buckets in another order than their noise" : "orders the buckets by their noise"}, and misorders them in ${Math.round(100 * misordered)}% of resamples; the pools it takes then were trained on as well, and count.`;
    run.note(
      `Images of digits with redrawn labels stand in for web data of lower quality, and a small network for CLIP: the paper's numbers are not comparable, the order of events is. Errors up to 4N hang on the luck of the draw and are averaged over ${settings.earlyRuns} draws a seed. ${rising.length > 0 ? `The error of ${rising.join(" and ")} rises again as wrong labels are learnt by heart, which no decaying utility can follow. ` : ""}${atBound.length > 0 ? `On the edge of what was searched, and so no estimates: ${atBound.join(", ")}; a is kept where the law tells good buckets from bad ones. ` : ""}${warnings.join(" ")}${order} Its errors on unions it has not seen are ${off}.`,
    );
    return verdict(paper.card, run.scale, {
      crossover: crossoverPart(results, checkpoints),
      law: lawPart(utility, gain),
      "unseen mixtures": mixturePart(comparisons),
    });
  },
});
