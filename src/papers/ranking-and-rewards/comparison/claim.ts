import { z } from "zod";
import { intervalLayers } from "../../../kit/charts.ts";
import { defineClaim, type Row, type Run, type Trial } from "../../../kit/paper.ts";
import { type Interval, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all as every, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import guide from "./card.ts";
import { type Ablation, ablations, choiceRules, orderRules } from "./rules.ts";
import { type Draw, drawOf, type Situation, situations } from "./suite.ts";
import { tableKinds } from "./tables.ts";

const params = z.object({
  draws: z.number().int().min(20).max(5000).describe("Tables, panels and instances drawn of every kind"),
  worlds: z.number().int().min(4).max(200).describe("Worlds of pooled labels, in which rankers are trained"),
  ablate: z
    .enum(ablations)
    .default("none")
    .describe("Take one idea away: ranks, consensus, centre, floor, verification, payments or weights"),
});

interface Portion {
  situation: Situation;
  count: number;
  ablate: Ablation;
}

/** Some draws of one situation. */
const portion: Trial<Portion, Draw[]> = async ({ situation, count, ablate }, { random, signal }) => {
  const draws: Draw[] = [];
  for (let i = 0; i < count; i++) {
    signal.throwIfAborted();
    draws.push(await drawOf(situation, random.fork(i), ablate));
  }
  return draws;
};

/** How many draws a situation gets: choices are yes or no and need many, programs and trainings are dear. */
function countOf(situation: Situation, draws: number, worlds: number): number {
  if (situation === "all at once") return 5 * draws;
  if (situation === "pooled labels") return worlds;
  return situation === "team" || situation === "answers" ? Math.min(draws, 200) : draws;
}

function portions(draws: number, worlds: number, ablate: Ablation): Portion[] {
  return situations.flatMap((situation) => {
    const count = countOf(situation, draws, worlds);
    const size = situation === "pooled labels" ? 2 : Math.ceil(count / 2);
    return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
      ...{ situation, ablate },
      count: Math.min(size, count - i * size),
    }));
  });
}

/** Everything that was drawn, by situation, one list a method. */
class Measurements {
  readonly #draws = new Map<Situation, Draw[]>();

  add(situation: Situation, draws: readonly Draw[]): void {
    this.#draws.set(situation, [...(this.#draws.get(situation) ?? []), ...draws]);
  }

  of(situation: Situation, method: string): number[] {
    return (this.#draws.get(situation) ?? []).map((draw) => {
      const value = draw[method];
      if (value === undefined) throw new Error(`nothing was measured of ${method} in ${situation}`);
      return value;
    });
  }

  methods(situation: Situation): string[] {
    return Object.keys(this.#draws.get(situation)?.[0] ?? {});
  }

  /** Mean of `more` − `less` over the draws both had. */
  gain(situation: Situation, more: string, less: string): Interval {
    return pairedInterval(this.of(situation, more), this.of(situation, less));
  }
}

/** A part that holds when every difference is above 0. */
function above(differences: readonly (readonly [label: string, Interval])[]): PartResult {
  return {
    outcome: every(differences.map(([, interval]) => exceeds(interval, 0))),
    measured: differences.map(([label, interval]) => measured(label, interval)),
  };
}

function results(m: Measurements): Record<string, PartResult> {
  const error = (kind: Situation, worse: string, better: string) =>
    [`err(${worse}) − err(${better})`, m.gain(kind, worse, better)] as const;
  const lsc = "log-sigmoid, centred";
  return {
    "one unit": above([error("one unit", "Borda", "mean")]),
    "own units": above([error("own units", "mean", "z-score")]),
    outliers: above([error("outliers", "mean", "Borda"), error("outliers", "z-score", "Borda")]),
    "votes contradicted": above([
      ["votes contradicted(Borda) − (Kemeny)", m.gain("outliers", "Borda, votes", "Kemeny, votes")],
    ]),
    holes: above([error("holes", "mean", "Borda")]),
    "all at once": above(
      choiceRules
        .filter((rule) => rule !== lsc)
        .map((rule) => [`P(good | ${lsc}) − P(good | ${rule})`, m.gain("all at once", lsc, rule)] as const),
    ),
    "marked down": above([
      ["quality(with a floor) − quality(without)", m.gain("marked down", "with a floor", "without")],
    ]),
    answers: above([
      [
        "loss(good traces) − loss(scored outcomes), tokens",
        m.gain("answers", "from good traces", "from scored outcomes"),
      ],
    ]),
    team: above([["worth(all reports) − worth(own report)", m.gain("team", "by all reports", "by one's own report")]]),
    "pooled labels": above([
      [
        "NDCG@10(coupled estimation) − NDCG@10(unjudged as irrelevant)",
        m.gain("pooled labels", "coupled estimation", "unjudged as irrelevant"),
      ],
    ]),
  };
}

const scores: Record<string, string> = {
  "all at once": "good choices ↑",
  "marked down": "true quality ↑",
  answers: "tokens lost ↓",
  team: "worth ↑",
  "pooled labels": "NDCG@10 ↑",
};

function show(run: Run, m: Measurements): void {
  const points: Row[] = [];
  const errors = tableKinds.map((kind): Row => {
    const row: Row = { kind };
    for (const rule of orderRules) {
      const { value, low, high } = meanInterval(m.of(kind, rule));
      row[rule] = value;
      row[`${rule}, votes`] = meanInterval(m.of(kind, `${rule}, votes`)).value;
      points.push({ kind, rule, error: value, low, high });
    }
    return row;
  });
  run.table("orders", {
    title: "Share of pairs of systems in the wrong order, by what is wrong with the table",
    columns: [{ key: "kind", label: "scores" }, ...orderRules.map((rule) => ({ key: rule, label: rule, digits: 3 }))],
    rows: errors,
  });
  run.table("votes", {
    title: "Pairwise votes of a task that the order contradicts, of 66",
    columns: [
      { key: "kind", label: "scores" },
      ...orderRules.map((rule) => ({ key: `${rule}, votes`, label: rule, digits: 2 })),
    ],
    rows: errors,
  });
  run.table("others", {
    title: "The other decisions (↑ more is better, ↓ less is better)",
    columns: [
      { key: "situation", label: "situation" },
      { key: "method", label: "method" },
      { key: "what", label: "measured" },
      { key: "value", label: "mean", digits: 3 },
      { key: "low", label: "2.5%", digits: 3 },
      { key: "high", label: "97.5%", digits: 3 },
    ],
    rows: Object.entries(scores).flatMap(([situation, what]) =>
      m.methods(situation as Situation).map((method): Row => {
        const { value, low, high } = meanInterval(m.of(situation as Situation, method));
        return { situation, method, value, low, high, what };
      }),
    ),
  });
  run.chart("orders", ordersChart(points));
}

function ordersChart(points: readonly Row[]) {
  const x = {
    field: "kind",
    type: "nominal",
    title: "what the tasks do to the scores",
    sort: [...tableKinds],
    axis: { labelAngle: 0 },
  };
  const color = { field: "rule", type: "nominal", title: "rule", sort: [...orderRules] };
  const offset = { field: "rule", sort: [...orderRules] };
  return {
    alt: "Share of wrongly ordered pairs by rule and kind of table: the mean is best in one unit and fails with outliers; Borda and Kemeny stay low throughout.",
    spec: {
      data: { values: [...points] },
      width: "container",
      height: 240,
      layer: intervalLayers("y", { field: "error", title: "wrong pairs" }, { x, xOffset: offset, color }),
    },
  };
}

export const claim = defineClaim({
  params,
  scales: { quick: { draws: 400, worlds: 12 }, full: { draws: 3000, worlds: 40 } },
  trials: { portion },
  async reproduce({ draws, worlds, ablate }, run) {
    const work = portions(draws, worlds, ablate);
    const m = new Measurements();
    run.progress(0, `${work.length} portions`);
    const drawn = await run.map(portion, work, (_, i, done) =>
      run.progress(done / work.length, `${work[i]?.situation}`),
    );
    for (const [i, { situation }] of work.entries()) m.add(situation, drawn[i] ?? []);
    show(run, m);
    run.note(
      "Every situation is drawn so that its truth is known, and favours the method it was made for: the table says what to use *if* your data is like that. Where only units differ, Borda is hardly behind z-scores, which makes it the safer choice when nobody has looked at the scores.",
    );
    return verdict(guide.card, run.scale, results(m));
  },
});
