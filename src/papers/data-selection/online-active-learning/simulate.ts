import type { Row, ToolRun } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { LabelBudget } from "../label-budget.ts";
import { runStream, type StreamRecord, type StreamResult } from "../prequential.ts";
import type { OnlineClassifier } from "../stream-learner.ts";
import { FeatureEncoder } from "./feature-encoder.ts";
import { makeDetector, makeLearner } from "./learners.ts";
import type { Settled } from "./options.ts";
import { runRegression, warmupOf } from "./regression-stream.ts";
import { makeStrategy, type StrategyName } from "./strategies.ts";
import { classesOf, type StreamTable } from "./stream-table.ts";

/** Points of the error curve at most. */
const curvePoints = 40;

/** What one strategy came to over its replays. */
export interface Replayed {
  strategy: string;
  errors: number[];
  labels: number;
  labelRate: number;
  drifts: number;
}

function csv(rows: readonly Replayed[], error: string): string {
  const lines = rows.map(({ strategy, errors, labels, labelRate, drifts }) =>
    [strategy, mean(errors), Math.min(...errors), Math.max(...errors), labels, labelRate, drifts].join(","),
  );
  return [`strategy,${error},lowest,highest,labels,label_rate,drifts`, ...lines, ""].join("\n");
}

async function report(run: ToolRun, rows: readonly Replayed[], error: string, title: string): Promise<void> {
  run.table("comparison", {
    title,
    columns: [
      { key: "strategy", label: "strategy" },
      { key: "error", label: error, digits: 4 },
      { key: "lowest", label: "lowest", digits: 4 },
      { key: "highest", label: "highest", digits: 4 },
      { key: "labels", label: "labels" },
      { key: "rate", label: "label rate", digits: 4 },
      { key: "drifts", label: "new models", digits: 1 },
    ],
    rows: rows.map(
      ({ strategy, errors, labels, labelRate, drifts }): Row => ({
        strategy,
        error: mean(errors),
        lowest: Math.min(...errors),
        highest: Math.max(...errors),
        labels: Math.round(labels),
        rate: labelRate,
        drifts,
      }),
    ),
  });
  const file = await run.output("comparison.csv", "text/csv");
  await file.write(csv(rows, error === "error" ? "error" : "rmse"));
  await file.close();
}

function encodeAll({ table, features }: StreamTable): Float64Array[] {
  const encoder = FeatureEncoder.for(table, features);
  const positions = encoder.positions(table);
  return table.rows.map((_, r) => encoder.encode(table, r, positions));
}

function drawCurves(run: ToolRun, curves: ReadonlyMap<string, readonly number[][]>, window: number): void {
  const values = [...curves].flatMap(([strategy, replays]) =>
    (replays[0] ?? []).map((_, i) => ({
      strategy,
      t: (i + 1) * window,
      error: mean(replays.map((curve) => curve[i] ?? Number.NaN)),
    })),
  );
  run.chart("curves", {
    alt: `Error over the stream, ${window} rows a point, by strategy.`,
    spec: {
      data: { values },
      mark: { type: "line" },
      encoding: {
        x: { field: "t", type: "quantitative", title: "rows" },
        y: { field: "error", type: "quantitative", title: "error" },
        color: { field: "strategy", type: "nominal", title: "strategy" },
      },
    },
  });
}

const usual: readonly StrategyName[] = ["fixed", "variable", "randomized", "split", "committee", "density"];

/** Every label is known: replays the table under every strategy at one budget, and says how they compare. */
export async function simulateClasses(stream: StreamTable, options: Settled, run: ToolRun): Promise<string> {
  const classes = classesOf(stream, options.classes);
  const number = new Map(classes.map((name, k) => [name, k]));
  const xs = encodeAll(stream);
  const records: StreamRecord[] = xs.map((x, r) => ({ x, y: number.get(stream.labels[r] ?? "") ?? 0 }));
  const chosen = options.strategy.length > 0 ? options.strategy : usual;
  const names: StrategyName[] = ["random", ...new Set(chosen.filter((name) => name !== "random"))];
  const window = Math.max(1, Math.ceil(records.length / curvePoints));
  const rows: Replayed[] = [];
  const curves = new Map<string, number[][]>();
  const dimension = xs[0]?.length ?? 0;
  for (const [n, name] of names.entries()) {
    const results: StreamResult<OnlineClassifier>[] = [];
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      const detector = makeDetector(options.drift);
      run.progress((n + repeat / options.repeats) / names.length, `${name}, replay ${repeat + 1}`);
      results.push(
        runStream(
          records,
          makeLearner(options.learner, dimension, classes.length),
          makeStrategy(name, { probability: Math.min(1, 4 * options.budget) }),
          new LabelBudget({ rate: options.budget, mode: options.budgetMode }),
          { random: run.random.fork(name).fork(repeat), window, ...(detector ? { driftDetector: detector } : {}) },
        ),
      );
      await run.breathe();
    }
    rows.push({
      strategy: name,
      errors: results.map(({ errorRate }) => errorRate),
      labels: mean(results.map(({ queries }) => queries.length)),
      labelRate: mean(results.map(({ labelRate }) => labelRate)),
      drifts: mean(results.map(({ driftEvents }) => driftEvents.length)),
    });
    curves.set(
      name,
      results.map(({ errorCurve }) => Array.from(errorCurve)),
    );
  }
  drawCurves(run, curves, window);
  await report(run, rows, "error", `Prequential error on ${stream.table.file} at a budget of ${options.budget}`);
  const most = new Map<number, number>();
  for (const { y } of records) if (y !== undefined) most.set(y, (most.get(y) ?? 0) + 1);
  const majority = 1 - Math.max(...most.values()) / records.length;
  run.note(
    `Always guessing the most frequent class errs on ${percent(majority)}. This is one stream: differences between strategies of the size of the range over replays say nothing.`,
  );
  const random = rows[0] as Replayed; // "random" is always first
  const best = rows.slice(1).reduce((a, b) => (mean(b.errors) < mean(a.errors) ? b : a), rows[1] ?? random);
  const count = records.length.toLocaleString("en");
  if (best === random) return `Replayed ${count} rows: random labelling errs on ${percent(mean(random.errors))}.`;
  return `Replayed ${count} rows with about ${Math.round(best.labels)} labels each: ${best.strategy} errs on ${percent(mean(best.errors))}, random labelling on ${percent(mean(random.errors))}.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** Every value is known: replays a regression with labels chosen by leverage and by a coin. */
export async function simulateNumbers(stream: StreamTable, options: Settled, run: ToolRun): Promise<string> {
  const records = encodeAll(stream).map((features, r) => {
    const x = new Float64Array(features.length + 1);
    x.set(features);
    x[features.length] = 1; // the intercept
    return { x, y: Number(stream.labels[r]) };
  });
  const dimension = records[0]?.x.length ?? 0;
  const warmup = warmupOf(records.length, dimension);
  const rows: Replayed[] = [];
  for (const design of ["passive", "d-optimal"] as const) {
    run.progress(design === "passive" ? 0.1 : 0.5, design);
    const results = Array.from({ length: design === "passive" ? options.repeats : 1 }, (_, i) =>
      runRegression(records, design, { rate: options.budget, warmup, random: run.random.fork(i) }),
    );
    rows.push({
      strategy: design,
      errors: results.map(({ rmse }) => rmse),
      labels: mean(results.map(({ labels }) => labels)),
      labelRate: mean(results.map(({ labelRate }) => labelRate)),
      drifts: 0,
    });
    await run.breathe();
  }
  await report(run, rows, "RMSE", `Error of predictions on ${stream.table.file} at a budget of ${options.budget}`);
  const [passive, optimal] = rows.map(({ errors }) => mean(errors).toPrecision(4));
  return `Replayed ${records.length.toLocaleString("en")} rows with about ${Math.round(rows[1]?.labels ?? 0)} labels each: labels chosen by leverage leave an RMSE of ${optimal}, labels as they come ${passive}.`;
}
