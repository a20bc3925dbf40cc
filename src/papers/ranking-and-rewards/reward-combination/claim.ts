import { z } from "zod";
import { intervalLayers } from "../../../kit/charts.ts";
import { defineClaim, type Row, type TrialContext } from "../../../kit/paper.ts";
import { mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { type Ablation, alignAndJudge, drawWorld, lscRule, otherRules, type Rule, rawSum } from "./experiment.ts";
import { reinforce } from "./policy-gradient.ts";
import { lsc, referenceReward } from "./transform.ts";

const params = z.object({
  seeds: z.number().int().min(3).max(100).describe("Independent sets of 200 prompts"),
  ablate: z
    .enum(["none", "transform", "centring"])
    .default("none")
    .describe("Take away the log-sigmoid (raw rewards), or the reference of each prompt (one for all)"),
});

const targets = [0.5, 1, 2];
const weightGrid = [0.2, 0.35, 0.5, 0.65, 0.8];
const variants = [false, true];
const both = [0, 1];

interface TrialInput {
  /** Weight of the raw sum by variant and target, tuned beforehand; absent while tuning. */
  weights?: number[][];
  ablate: Ablation;
}

interface Judged {
  hackable: boolean;
  kl: number;
  rule: string;
  joint: number;
}

interface TrialResult {
  joint: Judged[];
  /** Joint win of every raw weight, by variant and target; only while tuning. */
  tuning: number[][][];
  /** One property, KL 1, by variant. */
  single: { hackable: boolean; rule: string; win: number; p10: number; hack: number }[];
}

/** One seed: fresh prompts, clean and hackable; every rule is aligned on the same proxies at the same mean KL. */
function rewardTrial({ weights, ablate }: TrialInput, { random }: TrialContext): TrialResult {
  const result: TrialResult = { joint: [], tuning: [], single: [] };
  for (const [v, hackable] of variants.entries()) {
    // Another stream than the tuning's, so that no weight is judged on prompts it was chosen on.
    const worlds = drawWorld(
      hackable,
      random.fork(weights ? "report" : "tuning").fork(hackable ? "hackable" : "clean"),
    );
    if (!weights) {
      result.tuning.push(
        targets.map((kl) => weightGrid.map((w) => alignAndJudge(worlds, rawSum(w), kl, both).jointWinRate)),
      );
      continue;
    }
    for (const [t, kl] of targets.entries()) {
      const rules: Record<string, Rule> = {
        LSC: lscRule(ablate),
        "raw sum, tuned": rawSum(weights[v]?.[t] ?? 0.5),
        ...otherRules,
      };
      for (const [rule, apply] of Object.entries(rules)) {
        result.joint.push({ hackable, kl, rule, joint: alignAndJudge(worlds, apply, kl, both).jointWinRate });
      }
    }
    for (const [rule, apply] of Object.entries({ LSC: lscRule(ablate), raw: rawSum(1) })) {
      const report = alignAndJudge(worlds, apply, 1, [0]);
      result.single.push({
        hackable,
        rule,
        win: report.winRate[0] ?? 0,
        p10: report.p10[0] ?? 0,
        hack: report.hackMass,
      });
    }
  }
  return result;
}

export const claim = defineClaim({
  params,
  scales: { quick: { seeds: 5 }, full: { seeds: 20 } },
  trials: { rewardTrial },
  async reproduce({ seeds, ablate }, run) {
    run.progress(0, "tuning the raw sum on separate seeds");
    const tuningSeeds = 3;
    const tuned = await run.map(
      rewardTrial,
      Array.from({ length: tuningSeeds }, (): TrialInput => ({ ablate: "none" })),
    );
    const weights = variants.map((_, v) =>
      targets.map((_, t) => {
        const scores = weightGrid.map((_, w) => mean(tuned.map((r) => r.tuning[v]?.[t]?.[w] ?? 0)));
        return weightGrid[scores.indexOf(Math.max(...scores))] ?? 0.5;
      }),
    );
    const inputs = Array.from({ length: seeds }, (): TrialInput => ({ weights, ablate }));
    const results = await run.map(rewardTrial, inputs, (_, __, done) =>
      run.progress(0.2 + (0.7 * done) / inputs.length, `seed ${done} of ${inputs.length}`),
    );

    const joint = (hackable: boolean, kl: number, rule: string): number[] =>
      results.map(
        (r) => r.joint.find((j) => j.hackable === hackable && j.kl === kl && j.rule === rule)?.joint ?? Number.NaN,
      );
    const rules = [...new Set(results.flatMap((r) => r.joint.map(({ rule }) => rule)))];
    const settings = variants.flatMap((hackable) => targets.map((kl) => ({ hackable, kl })));
    const name = (hackable: boolean): string => (hackable ? "hackable" : "clean");
    run.table("joint", {
      title: "Probability of beating a base answer on both properties, by rule, at equal KL",
      columns: [
        { key: "rewards", label: "rewards" },
        { key: "kl", label: "KL", unit: "nats", digits: 1 },
        ...rules.map((rule) => ({ key: rule, label: rule, digits: 3 })),
      ],
      rows: settings.map(
        ({ hackable, kl }): Row => ({
          rewards: name(hackable),
          kl,
          ...Object.fromEntries(rules.map((rule) => [rule, mean(joint(hackable, kl, rule))])),
        }),
      ),
    });
    const values = settings.flatMap(({ hackable, kl }) =>
      rules.map((rule) => {
        const { value, low, high } = meanInterval(joint(hackable, kl, rule));
        return { rewards: name(hackable), kl, rule, joint: value, low, high };
      }),
    );
    const x = { field: "kl", type: "quantitative", title: "mean KL from the base policy (nats)" };
    const y = { field: "joint", title: "wins on both", scale: { zero: false } };
    const color = { field: "rule", type: "nominal", title: "rule", sort: rules };
    run.chart("joint", {
      alt: "Joint win rate against KL by rule, for clean and hackable rewards: LSC lies above the tuned raw sum everywhere, most where rewards can be gamed.",
      spec: {
        data: { values },
        facet: { column: { field: "rewards", type: "nominal", title: null } },
        spec: {
          width: 260,
          layer: intervalLayers("y", y, { x, color }, { mark: "line" }),
        },
      },
    });

    const gains = settings.map(({ hackable, kl }) => ({
      label: `joint win, LSC − tuned raw sum, ${name(hackable)}, KL ${kl}`,
      gain: pairedInterval(joint(hackable, kl, "LSC"), joint(hackable, kl, "raw sum, tuned")),
    }));
    const single = (hackable: boolean, rule: string, key: "win" | "p10" | "hack"): number[] =>
      results.map((r) => r.single.find((s) => s.hackable === hackable && s.rule === rule)?.[key] ?? Number.NaN);
    const better = (["win", "p10", "hack"] as const).map((key) => {
      const [ours, raw] = [single(true, "LSC", key), single(true, "raw", key)];
      return { key, gain: key === "hack" ? pairedInterval(raw, ours) : pairedInterval(ours, raw) };
    });
    run.table("single", {
      title: "One property at KL 1",
      columns: [
        { key: "rewards", label: "rewards" },
        { key: "rule", label: "rule" },
        { key: "win", label: "win rate", digits: 3 },
        { key: "p10", label: "worst tenth of prompts", digits: 3 },
        { key: "hack", label: "mass on gamed answers", digits: 3 },
      ],
      rows: variants.flatMap((hackable) =>
        ["LSC", "raw"].map(
          (rule): Row => ({
            rewards: name(hackable),
            rule,
            win: mean(single(hackable, rule, "win")),
            p10: mean(single(hackable, rule, "p10")),
            hack: mean(single(hackable, rule, "hack")),
          }),
        ),
      ),
    });
    run.progress(0.92, "policy gradient");
    const random = run.random.fork("policy gradient");
    const rewards = drawWorld(false, random)[0]?.proxy[0]?.slice(0, 16) ?? new Float64Array(16);
    const distances = reinforce(lsc(rewards, referenceReward(rewards)), {
      gamma: 0.5,
      steps: 4000,
      batch: 32,
      learningRate: 2,
      random,
    });
    run.note(
      `The weight of the raw sum was chosen on ${tuningSeeds} other seeds. Shown without hiding: the least centred reward nearly ties with LSC, and the product of probabilities maximises the proxy's own probability by construction. Policies here are exact over ${64} candidates a prompt; nothing was trained with PPO and no language model took part.`,
    );
    run.progress(1, "done");
    const bothPart: PartResult = {
      outcome: all(gains.map(({ gain }) => exceeds(gain, 0))),
      measured: gains.map((g) => measured(g.label, g.gain)),
    };
    return verdict(paper.card, run.scale, {
      "both properties": bothPart,
      "single property": {
        outcome: all(better.map(({ gain }) => exceeds(gain, 0))),
        measured: better.map(({ key, gain }) =>
          measured(
            { win: "win rate, LSC − raw", p10: "worst tenth, LSC − raw", hack: "gamed mass, raw − LSC" }[key],
            gain,
          ),
        ),
      },
      "other rules": {
        outcome: "shown",
        measured: rules.map((rule) =>
          measured(`joint win, hackable, KL 1, ${rule}`, meanInterval(joint(true, 1, rule))),
        ),
      },
      "policy gradient": {
        outcome: (distances.at(-1) ?? 1) < 0.1 && (distances.at(-1) ?? 1) < (distances[0] ?? 0),
        measured: distances.map((d, i) =>
          measured(`total variation to the closed form after ${10 * (i + 1)}% of training`, d),
        ),
      },
    });
  },
});
