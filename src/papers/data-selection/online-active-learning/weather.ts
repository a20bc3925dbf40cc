import { loadSeattleWeather } from "../../../kit/datasets/seattle-weather.ts";
import type { Row, Run, Trial } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { LabelBudget } from "../label-budget.ts";
import { OnlineLogistic } from "../online-logistic.ts";
import { runStream, type StreamRecord } from "../prequential.ts";
import { FeatureEncoder } from "./feature-encoder.ts";
import { blocksOf, errorGap, leastError, meanError, negated, type Replay, type Replayed } from "./replays.ts";
import { makeStrategy } from "./strategies.ts";
import { type Ablation, type Arm, blinded } from "./trials.ts";

/** Days of a block, which the bootstrap draws whole; the 1,460 days with a morrow are 73 blocks. */
const window = 20;
const blocks = blocksOf(1460, window);
const count = blocks.sizes.length;
export const weatherBudgets = [0.02, 0.05, 0.2] as const;

export interface WeatherInput {
  /** Block of days at which the reading starts; from the last day it goes on at the first. */
  start: number;
  budget: number;
  arms: Arm[];
  ablate: Ablation;
}

/** The days from a block on, and whether the day after each has rain; scales come from the days read before. */
async function weatherStream(start: number): Promise<Required<StreamRecord>[]> {
  const days = await loadSeattleWeather();
  const order = days.slice(0, -1).map((_, i, list) => (start * window + i) % list.length);
  const rows = order.map((i) => Object.values(days[i] ?? {}).map(String));
  const columns = Object.keys(days[0] ?? {});
  const table = { file: "seattle-weather", columns, rows, lines: order.map((i) => i + 1) };
  const encoder = FeatureEncoder.for(table, [...columns.keys()]);
  const positions = encoder.positions(table);
  return order.map((i, r) => ({ x: encoder.encode(table, r, positions), y: +(days[i + 1]?.weather === "rain") }));
}

/** The weather from one starting point, read by every arm; errors by block of the calendar. */
export const weatherTrial: Trial<WeatherInput, Replay[]> = async ({ start, budget, arms, ablate }, { random }) => {
  const records = await weatherStream(start);
  const dimension = records[0]?.x.length ?? 0;
  return arms.map(({ label, strategy, ...settings }) => {
    const made = makeStrategy(strategy, settings);
    const { errorCurve, queries, labelRate } = runStream(
      records,
      new OnlineLogistic({ dimension }),
      ablate === "doubt" ? blinded(made) : made,
      new LabelBudget({ rate: budget }),
      { random: random.fork(label), window },
    );
    const byDate = blocks.sizes.map((_, b) => errorCurve[(b - start + count) % count] as number); // a block of the curve
    return { blocks: byDate, labels: queries.length, labelRate, drifts: 0 };
  });
};

interface Arms {
  coins(budget: number): Arm[];
  thresholds: Arm[];
  informed: Arm[];
  others: Arm[];
}

async function read(run: Run, input: Omit<WeatherInput, "start">, starts: readonly number[]): Promise<Replayed[]> {
  const results = await run.map(
    weatherTrial,
    starts.map((start) => ({ start, ...input })),
  );
  return input.arms.map(({ label }, a) => ({
    strategy: label,
    replays: results.map((replays) => replays[a] as Replay), // a replay an arm
  }));
}

const rate = ({ replays }: Replayed): number => mean(replays.map(({ labelRate }) => labelRate));

/**
 * Four years of daily weather in their order, at three budgets: every strategy against the best coin. What has a setting is chosen
 * from every other starting point, and judged from those between; intervals draw blocks of days and starting points again.
 */
export async function weatherPart(
  run: Run,
  { coins, thresholds, informed, others }: Arms,
  ablate: Ablation,
  [from, to]: readonly [number, number],
): Promise<PartResult> {
  const starts = [...blocks.sizes.keys()];
  const decided: PartResult["outcome"][] = [];
  const numbers: PartResult["measured"] = [];
  const rows: Row[] = [];
  for (const [n, budget] of weatherBudgets.entries()) {
    run.progress(from + ((to - from) * n) / weatherBudgets.length, `weather at a budget of ${budget}`);
    const tuning = await read(
      run,
      { budget, ablate, arms: [...coins(budget), ...thresholds, ...informed] },
      starts.filter((start) => start % 2 === 1),
    );
    const chosen = (arms: readonly Arm[]): Arm => {
      const names = arms.map(({ label }) => label);
      const { strategy } = leastError(
        tuning.filter((one) => names.includes(one.strategy)),
        blocks,
      );
      return arms.find(({ label }) => label === strategy) as Arm; // one of them
    };
    const ours = chosen(informed).label;
    const coin = chosen(coins(budget));
    const judged = await read(
      run,
      { budget, ablate, arms: [coin, chosen(thresholds), ...informed, ...others] },
      starts.filter((start) => start % 2 === 0),
    );
    const [random, ...rivals] = judged as [Replayed, ...Replayed[]]; // the coin is first
    rows.push({ budget, strategy: random.strategy, error: meanError(random, blocks), labels: rate(random) });
    for (const rival of rivals) {
      const gap = errorGap(rival, random, blocks, run.random.fork("weather").fork(n).fork(rival.strategy), 0.95);
      const { value, low, high } = gap;
      const isOurs = rival.strategy === ours;
      const strategy = isOurs ? `${ours} (chosen)` : rival.strategy;
      rows.push({ budget, strategy, error: meanError(rival, blocks), gap: value, low, high, labels: rate(rival) });
      if (isOurs) {
        decided.push(exceeds(negated(gap), 0), Math.abs(rate(rival) - rate(random)) <= 0.01);
        numbers.push(measured(`err(${ours}) − err(${random.strategy}), budget ${budget}`, gap));
      }
      await run.breathe();
    }
  }
  run.table("weather", {
    title: "Rain tomorrow, foretold from the days in their real order (Seattle, 2012 to 2015)",
    columns: [
      { key: "budget", label: "budget" },
      { key: "strategy", label: "strategy" },
      { key: "error", label: "prequential error", digits: 4 },
      { key: "gap", label: "minus random", digits: 4 },
      { key: "low", label: "95% from", digits: 4 },
      { key: "high", label: "to", digits: 4 },
      { key: "labels", label: "label rate", digits: 4 },
    ],
    rows: rows.map((row) => ({ gap: null, low: null, high: null, ...row })),
  });
  return { outcome: all(decided), measured: numbers };
}
