import { BadInput } from "../../../kit/errors.ts";
import type { ToolRun } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { compare, report } from "./comparison-report.ts";
import type { Settled } from "./options.ts";
import { runRegression, warmupOf } from "./regression-stream.ts";
import { blocksOf, leastError, type Replayed } from "./replays.ts";
import { encodeAll, mostBlocks } from "./simulate.ts";
import { coinChances } from "./strategies.ts";
import type { StreamTable } from "./stream-table.ts";

/** Every value is known: replays a regression with labels chosen by leverage and by a coin, the best of several. */
export async function simulateNumbers(stream: StreamTable, options: Settled, run: ToolRun): Promise<string> {
  const records = encodeAll(stream).map((features, r) => {
    const x = new Float64Array(features.length + 1);
    x.set(features);
    x[features.length] = 1; // the intercept
    return { x, y: Number(stream.labels[r]) };
  });
  const dimension = records[0]?.x.length ?? 1;
  const warmup = warmupOf(records.length, dimension);
  const scored = records.length - warmup;
  if (scored < 1) {
    throw new BadInput(`${records.length} rows are too few for ${dimension - 1} features`, {
      where: stream.table.file,
      remedy: "Give more rows, or leave columns out with --ignore.",
    });
  }
  const window = Math.max(1, Math.ceil(scored / mostBlocks));
  const blocks = blocksOf(scored, window, Math.sqrt);
  const replay = (design: "passive" | "d-optimal", repeat: number, chance?: number) => {
    const settings = { rate: options.budget, warmup, window, random: run.random.fork(chance ?? 0).fork(repeat) };
    const { errorCurve, labels, labelRate } = runRegression(records, design, { ...settings, chance });
    return { blocks: errorCurve, labels, labelRate, drifts: 0 };
  };
  const coins: Replayed[] = [];
  for (const chance of coinChances(options.budget)) {
    run.progress(0.1, `passive, p = ${chance}`);
    const repeats = chance === 1 ? 1 : options.repeats;
    coins.push({
      strategy: `passive (p = ${Number(chance.toPrecision(3))})`,
      replays: Array.from({ length: repeats }, (_, i) => replay("passive", i, chance)),
    });
    await run.breathe();
  }
  run.progress(0.6, "d-optimal");
  const passive = leastError(coins, blocks);
  const compared = compare(passive, [{ strategy: "d-optimal", replays: [replay("d-optimal", 0)] }], blocks, run);
  const title = `Error of predictions on ${stream.table.file} at a budget of ${options.budget}`;
  await report(run, compared, blocks, { error: "RMSE", title });
  const [taken = "", chosen = ""] = compared.map(({ error }) => error.toPrecision(4));
  const count = records.length.toLocaleString("en");
  const labels = Math.round(mean(passive.replays.map((one) => one.labels)));
  const gap = compared[1]?.gap;
  const [value, low, high] = [gap?.value, gap?.low, gap?.high].map((number = 0) => number.toPrecision(3));
  const found =
    gap && (gap.high < 0 || gap.low > 0)
      ? `a difference of ${value} (95% from ${low} to ${high})`
      : "a difference that chance may make";
  return `Replayed ${count} rows with about ${labels} labels each: labels chosen by leverage leave an RMSE of ${chosen}, labels as they come ${taken} with a chance of ${passive.strategy.replace(/.*= |\)/g, "")}, ${found}.`;
}
