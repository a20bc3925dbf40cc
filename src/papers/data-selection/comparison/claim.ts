import { z } from "zod";
import { intervalLayers } from "../../../kit/charts.ts";
import { defineClaim, type Row, type Run, type Trial } from "../../../kit/paper.ts";
import { type Interval, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all as every, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import guide from "./card.ts";
import { type Ablation, ablations, coins, type Draw, drawOf, type Situation, situations } from "./suite.ts";

const params = z.object({
  draws: z.number().int().min(4).max(2000).describe("Draws of cheap situations; dear ones get a share of them"),
  only: z
    .array(z.enum(situations))
    .min(1)
    .default([...situations])
    .describe("Situations to measure"),
  ablate: z.enum(ablations).default("none").describe("Take one idea away"),
});

/** How many draws a situation gets for one of the cheapest: streams are quick and alike, trainings dear and far apart. */
const share: Record<Situation, number> = {
  "a stream": 1,
  "heavy tails": 1,
  "weighted rows": 0.35,
  "whom to ask": 0.67,
  groups: 0.25,
  filtering: 0.2,
  "what else is there": 0.1,
};

interface Input {
  situation: Situation;
  index: number;
  seed: number;
  ablate: Ablation;
}

const draw: Trial<Input, Draw> = ({ situation, index, seed, ablate }, context) =>
  drawOf(situation, ablate, { ...context, random: context.random.fork(situation).fork(index) }, seed + index);

type Draws = ReadonlyMap<Situation, readonly Draw[]>;

function valuesOf(draws: Draws, situation: Situation, method: string): number[] {
  return (draws.get(situation) ?? []).map((one) => {
    const value = one[method];
    if (value === undefined) throw new Error(`nothing was measured of ${method} in ${situation}`);
    return value;
  });
}

/** Mean of `more` − `less` over draws that both had. */
function gain(draws: Draws, situation: Situation, more: string, less: string): Interval {
  return pairedInterval(valuesOf(draws, situation, more), valuesOf(draws, situation, less));
}

function above(differences: readonly (readonly [label: string, Interval])[]): PartResult {
  return {
    outcome: every(differences.map(([, interval]) => exceeds(interval, 0))),
    measured: differences.map(([label, interval]) => measured(label, interval)),
  };
}

const unmeasured: PartResult = { outcome: "inconclusive", measured: [] };

const rules: Record<Situation, (draws: Draws) => PartResult> = {
  "a stream": (draws) =>
    above(
      coins.map(({ label }) => [
        `err(${label}) − err(doubtful records)`,
        gain(draws, "a stream", label, "doubtful records"),
      ]),
    ),
  "heavy tails": (draws) =>
    above([["log MSE(as they come) − log MSE(D-optimal)", gain(draws, "heavy tails", "as they come", "D-optimal")]]),
  "weighted rows": (draws) =>
    above([
      [
        "log ε(best stratified draw) − log ε(AutoCoreset)",
        gain(draws, "weighted rows", "best stratified draw", "AutoCoreset"),
      ],
      [
        "log ε(best draw by leverage) − log ε(AutoCoreset)",
        gain(draws, "weighted rows", "best draw by leverage", "AutoCoreset"),
      ],
    ]),
  "whom to ask": (draws) =>
    above(
      ["majority", "same model, anybody asked"].map((rival) => [
        `accuracy(aware) − accuracy(${rival})`,
        gain(draws, "whom to ask", "aware", rival),
      ]),
    ),
  groups: (draws) =>
    above([
      ["U(adaptive) − U(proportional)", gain(draws, "groups", "adaptive", "proportional")],
      ["U(adaptive) − U(random)", gain(draws, "groups", "adaptive", "batches to a random group")],
    ]),
  filtering: (draws) =>
    above([
      ["err(all) − err(best bucket), 2 passes", gain(draws, "filtering", "all, 2 passes", "best bucket, 2 passes")],
      ["err(best bucket) − err(all), 64 passes", gain(draws, "filtering", "best bucket, 64 passes", "all, 64 passes")],
    ]),
  "what else is there": (draws) =>
    above(
      (
        [
          ["INSET as its paper sets it", "the base as its paper sets it"],
          ["INSET, start one half", "the base, start one half"],
          ["INSET, start one half", "Deep Sets"],
          ["INSET, start one half", "items alone"],
        ] as const
      ).map(([own, rival]) => [`MJC(${own}) − MJC(${rival})`, gain(draws, "what else is there", own, rival)]),
    ),
};

const units: Record<Situation, string> = {
  "a stream": "prequential error ↓",
  "heavy tails": "log excess MSE ↓",
  "weighted rows": "log excess loss ↓",
  "whom to ask": "test accuracy ↑",
  groups: "mean R² ↑",
  filtering: "test error ↓",
  "what else is there": "Jaccard ↑",
};

/** Simple rules that are shown and decide nothing, with the method they stand beside. */
const shown: readonly (readonly [Situation, rival: string, method: string])[] = [
  ["a stream", "fixed threshold", "doubtful records"],
  ["heavy tails", "longest", "D-optimal"],
  ["groups", "equal", "adaptive"],
];

/** How the rules that decide nothing came out beside their methods, by this run's intervals. */
function besides(draws: Draws): string {
  const sentences = shown
    .filter(([situation]) => draws.has(situation))
    .map(([situation, rival, method]) => {
      const less = units[situation].endsWith("↓");
      const lead = less ? gain(draws, situation, method, rival) : gain(draws, situation, rival, method);
      const how = lead.low > 0 ? "does better than" : lead.high < 0 ? "does worse than" : "cannot be told from";
      const by = `${lead.value.toFixed(3)} [${lead.low.toFixed(3)}, ${lead.high.toFixed(3)}]`;
      return `"${rival}" ${how} "${method}" in ${units[situation].slice(0, -2)} (its lead ${by})`;
    });
  return sentences.length > 0 ? ` Of the rules that are shown and decide nothing, ${sentences.join("; ")}.` : "";
}

function show(run: Run, draws: Draws): void {
  const rows = [...draws].flatMap(([situation, list]) =>
    Object.keys(list[0] ?? {}).map((method): Row => {
      const { value, low, high } = meanInterval(valuesOf(draws, situation, method));
      return { situation, method, what: units[situation], value, low, high, draws: list.length };
    }),
  );
  run.table("methods", {
    title: "Every method in its situation, at an equal budget (↑ more is better, ↓ less is better)",
    columns: [
      { key: "situation", label: "situation" },
      { key: "method", label: "method" },
      { key: "what", label: "measured" },
      { key: "value", label: "mean", digits: 3 },
      { key: "low", label: "2.5%", digits: 3 },
      { key: "high", label: "97.5%", digits: 3 },
      { key: "draws", label: "draws" },
    ],
    rows,
  });
  const y = { field: "method", type: "nominal", title: null, sort: null };
  run.chart("methods", {
    alt: "One panel a situation with every method's mean and its 95% interval; the arrow says which side is better.",
    spec: {
      data: { values: rows.map((row) => ({ ...row, panel: `${row.situation}: ${row.what}` })) },
      facet: {
        row: {
          field: "panel",
          type: "nominal",
          title: null,
          sort: null,
          header: { labelAngle: 0, labelAlign: "left", labelOrient: "top" },
        },
      },
      resolve: { scale: { x: "independent", y: "independent" } },
      spec: {
        width: 420,
        layer: intervalLayers("x", { field: "value", title: null, scale: { zero: false } }, { y }),
      },
    },
  });
}

export const claim = defineClaim({
  params,
  scales: { quick: { draws: 60 }, full: { draws: 400 } },
  trials: { draw },
  async reproduce({ draws: count, only, ablate }, run) {
    const chosen = situations.filter((situation) => only.includes(situation));
    const work = chosen.flatMap((situation): Input[] =>
      Array.from({ length: Math.max(3, Math.round(count * share[situation])) }, (_, index) => ({
        ...{ situation, index, ablate },
        seed: run.random.fork("streams").uint32() >>> 8,
      })),
    );
    // The dear ones first, so that no core is left alone with one of them at the end.
    work.reverse();
    const found = new Map<Situation, Draw[]>(chosen.map((situation) => [situation, []]));
    const drawn = await run.map(draw, work, (_, i, done) =>
      run.progress(done / work.length, `${work[i]?.situation}, ${done} of ${work.length}`),
    );
    for (const [i, { situation }] of work.entries()) found.get(situation)?.push(drawn[i] as Draw); // one a piece of work
    show(run, found);
    run.note(
      `Every situation is the one that its method was made for, with the simple rules that people use beside it, under the same budget: the table says what to reach for *if* your data is like that.${besides(found)}`,
    );
    const results = Object.fromEntries(
      situations.map((situation) => [situation, found.has(situation) ? rules[situation](found) : unmeasured]),
    );
    return verdict(guide.card, run.scale, results);
  },
});
