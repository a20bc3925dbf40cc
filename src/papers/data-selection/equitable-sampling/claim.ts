import { z } from "zod";
import { defineClaim, type Verdict } from "../../../kit/paper.ts";
import { bootstrapInterval, type Interval, mean, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import {
  type Setting,
  type Strategy,
  samplingTrial,
  strategies,
  type TrialInput,
  type TrialResult,
} from "./experiment.ts";
import { samplesChart, utilityChart, utilityTable } from "./figures.ts";

const params = z.object({
  seeds: z.number().int().min(3).max(500).default(20).describe("Independent repetitions: groups and people anew"),
  snps: z
    .array(z.number().int().min(2).max(2000))
    .min(2)
    .max(6)
    .default([10, 60, 300])
    .describe("SNPs of each group: the more, the slower it is learnt"),
  heritability: z
    .array(z.number().min(0.05).max(0.95))
    .min(2)
    .max(6)
    .default([0.7, 0.5, 0.5])
    .describe("Heritability of each group, the best R² there is"),
  shares: z
    .array(z.number().min(0.001).max(1))
    .min(2)
    .max(6)
    .default([0.75, 0.2, 0.05])
    .describe("Share of each group in the population"),
  budget: z.number().int().min(100).max(10_000).default(1200).describe("Budget; a sample costs 1"),
  batch: z.number().int().min(5).max(1000).default(60).describe("Worth of a batch"),
  warmup: z.number().int().min(20).max(1000).default(100).describe("Samples of every group before the first choice"),
  ablate: z
    .enum(["none", "values", "rates"])
    .default("none")
    .describe("Take the idea away: batches go to a random group, or all groups learn at the same rate"),
});

const settingsOf = (groups: number, full: boolean): Setting[] => {
  const ones = Array.from({ length: groups }, () => 1);
  const main = { name: "mean R²", utility: "identity", costs: ones };
  if (!full) return [main];
  return [
    main,
    { name: "mean log R²", utility: "log", costs: ones },
    { name: "lowest R²", utility: "maximin", costs: ones },
    {
      name: "mean R², last group dearer",
      utility: "identity",
      costs: ones.map((c, g) => (g === groups - 1 ? 3 * c : c)),
    },
  ];
};

const utilities = (results: readonly TrialResult[], setting: number, strategy: Strategy): number[] =>
  results.map((by) => by[setting]?.[strategy].utility ?? Number.NaN);

/** Splits and rules that need no learning curve. */
const heuristics = strategies.filter((name) => name !== "adaptive" && name !== "oracle");

function fixedShares(results: readonly TrialResult[], setting: number): { equal: Interval; proportional: Interval } {
  const adaptive = utilities(results, setting, "adaptive");
  return {
    equal: pairedInterval(adaptive, utilities(results, setting, "equal")),
    proportional: pairedInterval(adaptive, utilities(results, setting, "proportional")),
  };
}

function mainPart(results: readonly TrialResult[]): PartResult {
  const { equal, proportional } = fixedShares(results, 0);
  return {
    outcome: all([exceeds(equal, 0), exceeds(proportional, 0)]),
    measured: [
      measured("U(adaptive) − U(equal)", equal),
      measured("U(adaptive) − U(proportional)", proportional),
      ...(["adaptive", "equal", "proportional"] as const).map((name) =>
        measured(`U(${name})`, mean(utilities(results, 0, name))),
      ),
    ],
  };
}

/** Share of the way from the best heuristic to the oracle, both taken as means over seeds; its interval by bootstrap over seeds. */
function oraclePart(results: readonly TrialResult[], random: Parameters<typeof bootstrapInterval>[2]): PartResult {
  const average = (name: Strategy, rows: readonly number[]): number => {
    const values = utilities(results, 0, name);
    return mean(rows.map((row) => values[row] as number));
  };
  const seeds = results.map((_, row) => row);
  const best = heuristics.reduce((a, b) => (average(b, seeds) > average(a, seeds) ? b : a));
  const closed = (rows: readonly number[]): number =>
    (average("adaptive", rows) - average(best, rows)) / (average("oracle", rows) - average(best, rows));
  const interval = bootstrapInterval(seeds, closed, random);
  return {
    outcome: exceeds(interval, 0),
    reason: `The best heuristic here is "${best}".`,
    measured: [
      measured("share of the gap closed", interval),
      measured("U(oracle)", average("oracle", seeds)),
      measured(`U(${best})`, average(best, seeds)),
      measured(
        "U(oracle) − U(adaptive)",
        pairedInterval(utilities(results, 0, "oracle"), utilities(results, 0, "adaptive")),
      ),
    ],
  };
}

function otherValues(results: readonly TrialResult[], settings: readonly Setting[]): PartResult {
  const gains = settings.slice(1).map(({ name }, i) => ({ name, ...fixedShares(results, i + 1) }));
  return {
    outcome: all(gains.flatMap(({ equal, proportional }) => [exceeds(equal, 0), exceeds(proportional, 0)])),
    measured: gains.flatMap(({ name, equal, proportional }) => [
      measured(`U(adaptive) − U(equal), ${name}`, equal),
      measured(`U(adaptive) − U(proportional), ${name}`, proportional),
    ]),
  };
}

export const claim = defineClaim({
  params,
  scales: { quick: { seeds: 30 }, full: { seeds: 100 } },
  trials: { samplingTrial },
  async reproduce({ seeds, snps, heritability, shares, ablate, ...rest }, run): Promise<Verdict> {
    const groups = snps.map((count, g) => ({ snps: count, h2: heritability[g] ?? 0.5 }));
    const even = { snps: 100, h2: 0.5 };
    const settings = settingsOf(groups.length, run.scale === "full");
    const input: TrialInput = {
      ...rest,
      ablate,
      groups: ablate === "rates" ? groups.map(() => even) : groups,
      shares: groups.map((_, g) => shares[g] ?? 1 / groups.length),
      settings,
    };
    const results: TrialResult[] = [];
    await run.map(
      samplingTrial,
      Array.from({ length: seeds }, () => input),
      (result, index, done) => {
        results[index] = result;
        const sofar = results.filter(Boolean);
        run.progress(done / seeds, `seed ${done} of ${seeds}`);
        if (done % 5 !== 0 && done !== seeds) return;
        run.table("utility", utilityTable(settings, input, sofar));
        run.chart("utility", utilityChart(settings, sofar));
        run.chart("samples", samplesChart(input, sofar));
      },
    );
    run.note(
      "Independent SNPs stand in for simulated genomes with linkage and admixture, which lets R² on fresh people be computed exactly. Adaptive buying and “worst first” see cross-validated scores of what they have bought and nothing else; the oracle knows the true R² of every split into batches. How curves are estimated, the average of all that the scores allow, was settled on other seeds: the best fit of two or three parameters to noisy scores starves the slow group for good and does not beat equal shares here. The margin over equal shares is real and small, about half of what known curves would give. Inverse shares and “worst first” do as well with these groups, whose rarest and slowest is the same one; which heuristic suits a population is known in hindsight only. With `--ablate rates` all groups learn alike, and equal shares are best.",
    );
    const parts: Record<string, PartResult> = {
      "beats fixed shares": mainPart(results),
      "distance to the oracle": oraclePart(results, run.random.fork("bootstrap")),
    };
    if (run.scale === "full") parts["other values and prices"] = otherValues(results, settings);
    return verdict(paper.card, run.scale, parts);
  },
});
