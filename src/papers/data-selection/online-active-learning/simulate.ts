import type { ToolRun } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { LabelBudget } from "../label-budget.ts";
import { runStream, type StreamRecord } from "../prequential.ts";
import { compare, report, winner } from "./comparison-report.ts";
import { FeatureEncoder } from "./feature-encoder.ts";
import { makeDetector, makeLearner } from "./learners.ts";
import type { Settled } from "./options.ts";
import { type Blocks, blocksOf, leastError, type Replay, type Replayed } from "./replays.ts";
import { coinChances, hasCoin, makeStrategy, type StrategyName } from "./strategies.ts";
import { classesOf, type StreamTable } from "./stream-table.ts";

/** Blocks of the stream at most: points of the error curve, and what the bootstrap draws. */
export const mostBlocks = 40;

/** The records of a table, each scaled by the rows before it. */
export function encodeAll({ table, features }: StreamTable): Float64Array[] {
  const encoder = FeatureEncoder.for(table, features);
  const positions = encoder.positions(table);
  return table.rows.map((_, r) => encoder.encode(table, r, positions));
}

function drawCurves(run: ToolRun, all: readonly Replayed[], { sizes }: Blocks): void {
  const ends = sizes.map((_, b) => sizes.slice(0, b + 1).reduce((sum, size) => sum + size, 0));
  const values = all.flatMap(({ strategy, replays }) =>
    ends.map((t, b) => ({ strategy, t, error: mean(replays.map(({ blocks }) => blocks[b] ?? Number.NaN)) })),
  );
  run.chart("curves", {
    alt: `Error over the stream, ${sizes[0]} rows a point, by strategy.`,
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

interface Arm {
  name: StrategyName;
  /** The chance of a coin, for `random`. */
  probability?: number;
}

const labelOf = ({ name, probability }: Arm): string =>
  probability === undefined ? name : `${name} (p = ${Number(probability.toPrecision(3))})`;

/** Every label is known: replays the table under every strategy at one budget, and says how they compare. */
export async function simulateClasses(stream: StreamTable, options: Settled, run: ToolRun): Promise<string> {
  const classes = classesOf(stream, options.classes);
  const number = new Map(classes.map((name, k) => [name, k]));
  const xs = encodeAll(stream);
  const records: Required<StreamRecord>[] = xs.map((x, r) => ({ x, y: number.get(stream.labels[r] ?? "") ?? 0 }));
  const chosen = options.strategy.length > 0 ? options.strategy : usual;
  const coins = coinChances(options.budget).map((probability): Arm => ({ name: "random", probability }));
  const others = [...new Set(chosen.filter((name) => name !== "random"))].map((name): Arm => ({ name }));
  const window = Math.max(1, Math.ceil(records.length / mostBlocks));
  const blocks = blocksOf(records.length, window);
  const replayed: Replayed[] = [];
  for (const [n, arm] of [...coins, ...others].entries()) {
    const repeats = hasCoin(arm.name) && arm.probability !== 1 ? options.repeats : 1;
    const strategy = labelOf(arm);
    const replays: Replay[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const detector = makeDetector(options.drift);
      run.progress((n + repeat / repeats) / (coins.length + others.length), `${strategy}, replay ${repeat + 1}`);
      const { errorCurve, queries, labelRate, driftEvents } = runStream(
        records,
        makeLearner(options.learner, xs[0]?.length ?? 0, classes.length),
        makeStrategy(arm.name, arm),
        new LabelBudget({ rate: options.budget, mode: options.budgetMode }),
        { random: run.random.fork(strategy).fork(repeat), window, ...(detector ? { driftDetector: detector } : {}) },
      );
      replays.push({ blocks: errorCurve, labels: queries.length, labelRate, drifts: driftEvents.length });
      await run.breathe();
    }
    replayed.push({ strategy, replays });
  }
  const random = leastError(replayed.slice(0, coins.length), blocks);
  const compared = compare(random, replayed.slice(coins.length), blocks, run);
  drawCurves(run, compared, blocks);
  const title = `Prequential error on ${stream.table.file} at a budget of ${options.budget}`;
  await report(run, compared, blocks, { error: "error", title });

  const most = new Map<number, number>();
  for (const { y } of records) most.set(y, (most.get(y) ?? 0) + 1);
  const majority = 1 - Math.max(...most.values()) / records.length;
  const tried = coins.map(({ probability = 1 }) => Number(probability.toPrecision(3))).join(", ");
  run.note(
    `Always guessing the most frequent class errs on ${percent(majority)}. Random labelling was replayed with chances of ${tried}, and the best of them is what the others are held against. The intervals draw blocks of ${window} rows again, and the replays where a coin is thrown; they hold at 95% for all strategies together, and for this one stream.`,
  );
  const [reference, ...rivals] = compared;
  const count = records.length.toLocaleString("en");
  const labels = Math.round(mean(random.replays.map((replay) => replay.labels)));
  const baseline = random.strategy.replace("random", "random labelling");
  const baselineError = percent(reference?.error ?? 0);
  const first = winner(rivals);
  if (first) {
    const { value, low, high } = first.gap;
    return `Replayed ${count} rows with about ${labels} labels each: ${first.strategy} errs on ${percent(first.error)} and ${baseline} on ${baselineError}, ${points(-value)} points more (95% from ${points(-high)} to ${points(-low)}).`;
  }
  if (rivals.length === 0)
    return `Replayed ${count} rows with about ${labels} labels: ${baseline} errs on ${baselineError}.`;
  return `Replayed ${count} rows with about ${labels} labels each: ${baseline} errs on ${baselineError}, and no other strategy does better beyond chance on this stream.`;
}

const points = (share: number): string => (100 * share).toFixed(1);
const percent = (share: number): string => `${points(share)}%`;
