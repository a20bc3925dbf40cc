import { z } from "zod";
import { intervalLayers } from "../../../kit/charts.ts";
import { defineClaim, type Row, type Run } from "../../../kit/paper.ts";
import { meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all as every, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import { kendallTau } from "../rankings.ts";
import { bordaRanking } from "./borda.ts";
import paper from "./card.ts";
import { distortion } from "./diagnostics.ts";
import { type Ablation, corruptionDraw, type Errors, instancesDraw, scaleDraw } from "./experiments.ts";
import { kemenyRanking } from "./kemeny.ts";
import { meanRanking } from "./mean.ts";
import { xtreme } from "./xtreme.ts";

const params = z.object({
  draws: z.number().int().min(10).max(2000).describe("Random score tables per setting"),
  ablate: z
    .enum(["none", "ranks", "levels"])
    .default("none")
    .describe("Take the idea away: add up scores instead of ranks, or aggregate instances in one level"),
});

const spreads = [0.1, 0.25, 0.5];
const instanceSpreads = [0.05, 0.1, 0.25];
const corruptions = [0, 1, 2, 3, 4];
const factors = [1, 10, 1000];

/** Draws of one setting, as one list of errors a rule. */
async function draw(run: Run, label: string, count: number, once: (random: Run["random"]) => Errors) {
  const stream = run.random.fork(label);
  const errors: Record<string, number[]> = {};
  for (let i = 0; i < count; i++) {
    for (const [rule, error] of Object.entries(once(stream.fork(i)))) {
      const list = errors[rule] ?? [];
      list.push(error);
      errors[rule] = list;
    }
    await run.breathe();
  }
  return (rule: string): number[] => errors[rule] ?? [];
}

const errorColumns = (rules: string[]) => rules.map((rule) => ({ key: rule, label: rule, digits: 3 }));

function meansRow(setting: Row, rules: string[], of: (rule: string) => number[]): Row {
  return { ...setting, ...Object.fromEntries(rules.map((rule) => [rule, meanInterval(of(rule)).value])) };
}

async function scalePart(run: Run, draws: number, ablate: Ablation): Promise<PartResult> {
  const rules = ["mean", "zscore", "minmax", "median", "borda"];
  const rows: Row[] = [];
  const outcomes: PartResult["outcome"][] = [];
  const numbers: PartResult["measured"] = [];
  for (const [i, spread] of spreads.entries()) {
    run.progress(0.05 + 0.1 * i, `scales, φ = ${spread}`);
    const own = await draw(run, `scale ${spread}`, draws, (random) => scaleDraw(spread, random, ablate));
    const same = await draw(run, `same scale ${spread}`, draws, (random) => scaleDraw(spread, random, ablate, true));
    rows.push(meansRow({ spread, scales: "own" }, rules, own), meansRow({ spread, scales: "equal" }, rules, same));
    const gain = pairedInterval(own("mean"), own("borda"));
    numbers.push(measured(`err(mean) − err(Borda), φ = ${spread}`, gain));
    outcomes.push(exceeds(gain, 0), gain.value > 0.02);
    if (spread < 0.25) continue;
    const overZ = pairedInterval(own("zscore"), own("borda"));
    numbers.push(measured(`err(z-score) − err(Borda), φ = ${spread}`, overZ));
    if (run.scale === "full") outcomes.push(exceeds(overZ, 0));
  }
  run.table("scale", {
    title: "Error when every task has its own scale, and when all share one",
    columns: [{ key: "spread", label: "φ" }, { key: "scales", label: "scales" }, ...errorColumns(rules)],
    rows,
  });
  return { outcome: every(outcomes), measured: numbers };
}

async function corruptionPart(run: Run, draws: number, ablate: Ablation): Promise<PartResult> {
  const rules = ["mean", "zscore", "minmax", "median", "borda"];
  const rows: Row[] = [];
  const points: Row[] = [];
  const outcomes: PartResult["outcome"][] = [];
  const numbers: PartResult["measured"] = [];
  const settings = spreads.flatMap((spread) =>
    factors.flatMap((factor) => corruptions.map((k) => ({ spread, factor, k }))),
  );
  for (const [i, { spread, factor, k }] of settings.entries()) {
    run.progress(0.35 + (0.35 * i) / settings.length, `corruption, φ = ${spread}, factor ${factor}, ${k} tasks`);
    const of = await draw(run, `corrupt ${spread} ${factor} ${k}`, draws, (random) =>
      corruptionDraw(spread, k, factor, random, ablate),
    );
    rows.push(meansRow({ spread, factor, k }, rules, of));
    if (factor === 10) {
      for (const rule of ["mean", "borda"]) {
        const { value, low, high } = meanInterval(of(rule));
        points.push({ spread: `φ = ${spread}`, k, rule, error: value, low, high });
      }
    }
    if (factor < 10 || k < 1 || k > 3) continue;
    const gain = pairedInterval(of("mean"), of("borda"));
    outcomes.push(exceeds(gain, 0));
    numbers.push(measured(`err(mean) − err(Borda), φ = ${spread}, factor ${factor}, k = ${k}`, gain));
    run.chart("corruption", corruptionChart(points));
  }
  run.table("corruption", {
    title: "Error with k of 10 tasks reversed and multiplied",
    columns: [
      { key: "spread", label: "φ" },
      { key: "factor", label: "factor" },
      { key: "k", label: "k" },
      ...errorColumns(rules),
    ],
    rows,
  });
  return { outcome: every(outcomes), measured: numbers };
}

function corruptionChart(points: Row[]) {
  const x = { field: "k", type: "ordinal", title: "tasks corrupted", axis: { labelAngle: 0 } };
  const color = { field: "rule", type: "nominal", title: "rule" };
  return {
    alt: "Error against the number of corrupted tasks out of ten, multiplied by 10: the mean of scores fails with the first one, Borda degrades slowly.",
    spec: {
      data: { values: [...points] },
      facet: { column: { field: "spread", type: "nominal", title: null } },
      spec: {
        width: 150,
        layer: intervalLayers("y", { field: "error", title: "error" }, { x, color }, { mark: "line" }),
      },
    },
  };
}

async function levelsPart(run: Run, draws: number, ablate: Ablation): Promise<PartResult> {
  const rules = ["one", "two", "microMean", "macroMean"];
  const rows: Row[] = [];
  const outcomes: PartResult["outcome"][] = [];
  const numbers: PartResult["measured"] = [];
  for (const [i, spread] of instanceSpreads.entries()) {
    run.progress(0.7 + 0.08 * i, `two levels, φ = ${spread}`);
    const of = await draw(run, `levels ${spread}`, draws, (random) => instancesDraw(spread, random, ablate));
    rows.push(meansRow({ spread }, rules, of));
    const gain = pairedInterval(of("one"), of("two"));
    outcomes.push(exceeds(gain, 0.3));
    numbers.push(measured(`err(one-level) − err(two-level), φ = ${spread}`, gain));
  }
  run.table("levels", {
    title: "Error with nine tasks of 20 instances and a reversed one of 500",
    columns: [{ key: "spread", label: "φ" }, ...errorColumns(rules)],
    rows,
  });
  return { outcome: every(outcomes), measured: numbers };
}

async function xtremePart(run: Run, ablate: Ablation): Promise<PartResult> {
  run.progress(0.95, "XTREME");
  const scores = xtreme.map((row) => row.scores);
  const mean = meanRanking(scores);
  const borda = ablate === "ranks" ? mean : bordaRanking(scores);
  const kemeny = await kemenyRanking(scores);
  const apart = {
    mean: distortion(mean, scores),
    borda: distortion(borda, scores),
    kemeny: distortion(kemeny, scores),
  };
  run.table("xtreme", {
    title: "XTREME: position by rule",
    columns: [
      { key: "system", label: "system" },
      { key: "mean", label: "mean", digits: 1 },
      { key: "borda", label: "Borda", digits: 1 },
      { key: "kemeny", label: "Kemeny", digits: 1 },
    ],
    rows: xtreme.map(({ system }, i) => ({
      system,
      mean: mean.rank[i] ?? null,
      borda: borda.rank[i] ?? null,
      kemeny: kemeny.rank[i] ?? null,
    })),
  });
  const differs = borda.rank.some((rank, i) => rank !== mean.rank[i]);
  return {
    outcome: differs && apart.borda <= apart.mean && apart.kemeny <= apart.borda,
    measured: [
      measured("distortion, mean", apart.mean),
      measured("distortion, Borda", apart.borda),
      measured("distortion, Kemeny", apart.kemeny),
      measured("Kendall τ-b of mean and Borda", kendallTau(mean.rank, borda.rank)),
    ],
    reason: differs
      ? "The printed figures are not comparable to the last digit: the published loader reads other columns than the four tasks."
      : "The two orders are the same.",
  };
}

/**
 * The claim on synthetic leaderboards whose true order is known, and on XTREME. Every draw is a fresh score table that all
 * rules see (paired comparison).
 */
export const claim = defineClaim({
  params,
  scales: { quick: { draws: 60 }, full: { draws: 300 } },
  async reproduce({ draws, ablate }, run) {
    const scale = await scalePart(run, draws, ablate);
    const corruption = await corruptionPart(run, draws, ablate);
    const levels = await levelsPart(run, draws, ablate);
    const real = await xtremePart(run, ablate);
    run.note(
      "Where all tasks share one scale and none is corrupted, mean and Borda are about equally good. Means of z-scores or min–max scores withstand rescaling and corruption much like Borda, and the median of raw scores is often better than Borda under corruption; with one reversed task and equal scales the macro mean is as good as two levels. GLUE, SuperGLUE and the nine instance-level sets are not shipped; the tool takes such tables.",
    );
    run.progress(1, "done");
    return verdict(paper.card, run.scale, { scale, corruption, "two levels": levels, XTREME: real });
  },
});
