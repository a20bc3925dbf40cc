import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { chooseCurve, curveChoices } from "./choose-curve.ts";
import type { CurvePoint } from "./curves.ts";
import { readScores, readTerms } from "./input-tables.ts";
import { type Plan, planPurchase, utilityOption, valueAfter } from "./plan.ts";
import { planSample } from "./sample.ts";
import type { Utility } from "./utility.ts";

const options = z.object({
  budget: z.number().gt(0).max(1e12).optional().describe("Money for new samples, in the unit of the costs"),
  utility: z
    .string()
    .default("identity")
    .describe("What is valued: identity (mean score), log, atkinson:η, or maximin (the lowest score)"),
  batch: z
    .number()
    .gt(0)
    .max(1e12)
    .optional()
    .describe("Worth of the next batch; a twentieth of the budget unless given"),
  curve: z
    .enum(curveChoices)
    .default("auto")
    .describe(
      "Learning curve: saturating A·n/(n+κ); its average over what noisy scores allow; power α − β·n^−γ; or auto, the average, and power for scores well below zero",
    ),
});

const maths = { saturating: "A·n/(n+κ)", average: "average of A·n/(n+κ)", power: "α − β·n^−γ" } as const;

function show(run: ToolRun, plan: Plan, points: ReadonlyMap<string, CurvePoint[]>, utility: Utility): Row[] {
  const rows = plan.groups.map(({ name, cost, weight, have, curve }, g): Row => {
    const bought = plan.buy[g] as number;
    const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
    return {
      group: name,
      have,
      buy: bought,
      spend: bought * cost,
      weight,
      score_now: finite(curve.value(have)),
      score_then: finite(curve.value(have + bought)),
      limit: finite(curve.limit),
      value_now: finite(plan.values[g] as number),
      value_then: finite(valueAfter(plan, g, utility)),
    };
  });
  run.table("plan", {
    title: "What to buy, and the scores that the learning curves expect",
    columns: [
      { key: "group", label: "group" },
      { key: "have", label: "have", unit: "samples", digits: 0 },
      { key: "buy", label: "buy", unit: "samples", digits: 0 },
      { key: "spend", label: "for", digits: 2 },
      { key: "weight", label: "weight", digits: 2 },
      { key: "score_now", label: "score now", digits: 4 },
      { key: "score_then", label: "score then", digits: 4 },
      { key: "limit", label: "limit of the curve", digits: 3 },
    ],
    rows,
  });
  run.table("values", {
    title: "Marginal value: utility per unit of cost",
    columns: [
      { key: "group", label: "group" },
      { key: "value_now", label: "of the next batch", digits: 7 },
      { key: "value_then", label: "after the plan", digits: 7 },
      { key: "curve", label: "curve" },
      { key: "rmse", label: "misfit (rmse)", digits: 4 },
    ],
    rows: plan.groups.map(
      ({ curve }, g): Row => ({
        ...(rows[g] as Row),
        curve: `${maths[curve.family]} (${curve.params.map((value) => Number(value.toPrecision(3))).join(", ")})`,
        rmse: "rmse" in curve ? (curve as { rmse: number }).rmse : null,
      }),
    ),
  });
  run.table("utilities", {
    title: "Utility by the learning curves, for the same money",
    columns: [
      { key: "strategy", label: "strategy" },
      { key: "utility", label: "U", digits: 5 },
    ],
    rows: plan.utilities,
  });
  run.chart("curves", curvesChart(plan, points));
  return rows;
}

/** Most groups drawn: more lines cannot be told apart. */
const mostDrawn = 12;

function curvesChart({ groups, buy }: Plan, points: ReadonlyMap<string, CurvePoint[]>) {
  const shown = groups.slice(0, mostDrawn);
  const ends = shown.map(({ have }, g) => have + (buy[g] as number));
  const counts = shown.flatMap(({ name }) => (points.get(name) ?? []).map(({ n }) => n));
  const [least, most] = [Math.max(1, Math.min(...counts)), Math.max(...counts, ...ends, 2)];
  const at = Array.from({ length: 40 }, (_, i) => least * (most / least) ** (i / 39));
  const values = shown.flatMap(({ name, curve }, g) => [
    ...at.map((n) => ({ kind: "curve", group: name, n, score: curve.value(n) })),
    ...(points.get(name) ?? []).slice(0, 200).map((point) => ({ kind: "measured", group: name, ...point })),
    ...((ends[g] as number) >= 1
      ? [{ kind: "plan", group: name, n: ends[g], score: curve.value(ends[g] as number) }]
      : []),
  ]);
  const x = { field: "n", type: "quantitative", scale: { type: "log", nice: false }, title: "samples" };
  const y = { field: "score", type: "quantitative", scale: { zero: false }, title: "score" };
  const color = { field: "group", type: "nominal", title: null, sort: null, legend: { orient: "bottom" } };
  const only = (kind: string) => [{ filter: `datum.kind === '${kind}'` }];
  return {
    alt: `Learning curves of ${shown.length} groups with the measured scores and, as diamonds, where the plan takes each: ${shown.map(({ name }, g) => `${name} ${Math.round(ends[g] as number)}`).join(", ")} samples.`,
    spec: {
      width: "container",
      data: { values },
      layer: [
        { transform: only("curve"), mark: "line", encoding: { x, y, color } },
        { transform: only("measured"), mark: { type: "point", opacity: 0.6 }, encoding: { x, y, color } },
        {
          transform: only("plan"),
          mark: { type: "point", shape: "diamond", filled: true, size: 140 },
          encoding: { x, y, color },
        },
      ],
    },
  };
}

/** What a group has at least: the most samples a score was measured with. */
const largestCounts = (points: ReadonlyMap<string, CurvePoint[]>): Map<string, number> =>
  new Map([...points].map(([name, list]) => [name, Math.max(...list.map(({ n }) => n))]));

const count = (n: number): string => n.toLocaleString("en", { maximumFractionDigits: 2 });

export const planTool = defineTool({
  name: "plan",
  summary:
    "Splits a collection budget over groups by the learning curves of a table of past scores, and says what to buy first.",
  inputs: [
    {
      name: "scores",
      description: "Past measurements: columns group, n (training samples), score (larger is better)",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
    },
    {
      name: "groups",
      description:
        "What is known of the groups: columns group and any of cost, weight (1 unless given), have (the largest n), max (no limit)",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      optional: true,
    },
  ],
  options,
  example: "history.csv --groups groups.csv --budget 5000 --utility atkinson:1 --out plan.csv",
  sample: async () => planSample(),
  async apply({ scores: files = [], groups: terms = [] }, { budget, utility: text, batch, curve }, run) {
    const [file] = files;
    if (!file) throw new BadInput("no table of scores was given");
    if (terms.length > 1)
      throw new BadInput(`there are ${terms.length} tables of groups and one is taken`, { where: "--groups" });
    if (budget === undefined) {
      throw new BadInput("there is no budget", {
        where: "--budget",
        remedy: "Say how much may be spent, e.g. --budget 5000.",
      });
    }
    const utility = utilityOption(text);
    run.progress(0, `reading ${file.name}`);
    const points = await readScores(file);
    const known = await readTerms(terms[0], largestCounts(points), file.name);
    run.progress(0.3, "fitting learning curves");
    const fitted = [];
    const largest = Math.max(...[...points.values()].flatMap((list) => list.map(({ score }) => score)));
    for (const [name, measured] of points) {
      const what = known.get(name);
      if (what) fitted.push({ ...what, name, curve: chooseCurve(measured, curve, { largest }) });
      await run.breathe();
    }
    run.progress(0.7, "splitting the budget");
    const plan = planPurchase(fitted, budget, batch ?? budget / 20, utility);
    const rows = show(run, plan, points, utility);
    const output = await run.output("plan.csv", "text/csv");
    await output.write(stringify(rows, { header: true }));
    await output.close();
    const first = plan.groups[plan.next.group];
    const bought = plan.groups.flatMap(({ name }, g) =>
      (plan.buy[g] as number) > 0 ? [`${count(plan.buy[g] as number)} of ${name}`] : [],
    );
    const shown = bought.length > 6 ? [...bought.slice(0, 5), `${bought.length - 5} groups more`] : bought;
    const [before, after] = plan.utilities;
    const gain =
      before?.utility != null && after?.utility != null
        ? `; U goes from ${before.utility.toFixed(4)} to ${after.utility.toFixed(4)}`
        : "";
    return {
      summary: `Split ${count(plan.spent)} of ${count(budget)} over ${plan.groups.length} groups by ${text}: ${shown.join(", ") || "nothing can be bought"}${first ? `; begin with ${count(plan.next.count)} of ${first.name}` : ""}${gain}.`,
    };
  },
});
