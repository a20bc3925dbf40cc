import { Random } from "../src/kit/random.ts";
import { totalCost } from "../src/papers/data-selection/auto-coreset/problem.ts";
import { type Labelled, rareLinear } from "../src/papers/data-selection/auto-coreset/rare-linear.ts";
import { type RowSource, streamCoreset } from "../src/papers/data-selection/auto-coreset/stream-coreset.ts";
import {
  approximationError,
  autoCoreset,
  importanceSample,
  logisticProblem,
  takeRows,
  takeValues,
} from "../src/papers/data-selection/index.ts";
import type { Bench } from "./bench.ts";

const sizes = (process.env.BENCH_ROWS ?? "100000,1000000").split(",").map(Number);
const chunkRows = 20_000;
const size = 500;

/** Chunks of the generated data, made anew at every pass: no file, no parser, nothing held. */
function generated(rows: number): RowSource {
  return {
    columns: 10,
    async each(take) {
      for (let first = 0; first < rows; first += chunkRows) {
        const { X, y } = rareLinear(Math.min(chunkRows, rows - first), new Random(first));
        take({ X, y, first });
        look();
      }
    },
  };
}

async function whole(source: RowSource, rows: number): Promise<Labelled> {
  const data = new Float64Array(rows * source.columns);
  const y = new Float64Array(rows);
  await source.each((chunk) => {
    data.set(chunk.X.data, chunk.first * source.columns);
    if (chunk.y) y.set(chunk.y, chunk.first);
  });
  return { X: { data, rows, columns: source.columns }, y };
}

const seconds = (ms: number): string => (ms / 1000).toFixed(ms < 10_000 ? 2 : 1);

let most = 0;
/** Work here never waits, so that memory is looked at chunk by chunk. */
function look(): void {
  most = Math.max(most, process.memoryUsage.rss());
}

/** The largest resident memory while `work` goes on, above what was there before, in MB. */
async function watched<T>(work: () => Promise<T>): Promise<{ result: T; ms: number; megabytes: number }> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  most = before;
  const start = performance.now();
  const result = await work();
  look();
  return { result, ms: performance.now() - start, megabytes: (most - before) / 2 ** 20 };
}

/** AutoCoreset in memory beside fitting all rows. */
async function inMemory(report: Bench): Promise<void> {
  for (const rows of [6_000, 60_000]) {
    const { X, y } = rareLinear(rows, new Random(1));
    const problem = logisticProblem({ total: rows });
    const flat = new Float64Array(rows).fill(1);
    await report.compare(
      `${rows.toLocaleString("en")} rows × 10 columns, coreset of 200 and its model`,
      {
        "fitting all rows": () => problem.fit(X, y, flat, new Random(1)),
        "AutoCoreset, about 14 full costs": () => autoCoreset(X, y, problem, { size: 200, random: new Random(1) }),
        "one uniform sample": () => {
          const { indices, weights } = importanceSample(flat, 200, new Random(1));
          const picked = { data: takeRows(X.data, 10, indices), rows: indices.length, columns: 10 };
          return problem.fit(picked, takeValues(y, indices), weights, new Random(1));
        },
        "refitting on the coreset": (() => {
          const made = autoCoreset(X, y, problem, { size: 200, random: new Random(1) });
          const picked = { data: takeRows(X.data, 10, made.indices), rows: made.indices.length, columns: 10 };
          return () => problem.fit(picked, takeValues(y, made.indices), made.weights, new Random(1));
        })(),
      },
      { rounds: 5, unit: { name: "rows", count: rows } },
    );
  }
}

/** Merge and reduce over a stream beside holding and fitting all rows: time, memory and excess cost by size. */
async function streamed(report: Bench): Promise<void> {
  for (const rows of sizes) {
    const source = generated(rows);
    const problem = logisticProblem({ total: rows });
    const reading = await watched(async () => {
      await source.each(() => {});
    });
    const stream = await watched(() =>
      streamCoreset(source, {
        size,
        final: "best",
        problem: (total) => logisticProblem({ total }),
        random: new Random(7),
      }),
    );
    const full = await watched(async () => {
      const { X, y } = await whole(source, rows);
      const model = problem.fit(X, y, new Float64Array(rows).fill(1), new Random(1));
      return { X, y, cost: totalCost(problem.loss(X, y, model)) };
    });
    const { X, y, cost } = full.result;
    const draws = importanceSample(new Float64Array(rows).fill(1), size, new Random(9));
    const picked = { data: takeRows(X.data, 10, draws.indices), rows: draws.indices.length, columns: 10 };
    const uniform = problem.fit(picked, takeValues(y, draws.indices), draws.weights, new Random(1));
    const { result, ms, megabytes } = stream;
    const excess = (value: number): string => `${(100 * approximationError(value, cost)).toPrecision(3)}%`;
    report.line(`\n${rows.toLocaleString("en")} rows × 10 columns in ${result.chunks} chunks, coreset of ${size}`);
    report.line(
      `  merge and reduce, three passes  ${seconds(ms)} s, ${((1e6 * ms) / rows).toFixed(0)} ns/row (making the rows ${seconds(3 * reading.ms)} s of it)  +${megabytes.toFixed(0)} MB  ${result.depth} levels, ${result.mostHeld.toLocaleString("en")} rows held at most`,
    );
    report.line(
      `  holding and fitting all rows    ${seconds(full.ms)} s, ${((1e6 * full.ms) / rows).toFixed(0)} ns/row  +${full.megabytes.toFixed(0)} MB`,
    );
    report.line(
      `  ×${(ms / full.ms).toFixed(2)} the time, ×${(megabytes / full.megabytes).toFixed(2)} the memory; excess cost ${excess(result.cost)}, of a uniform sample ${excess(totalCost(problem.loss(X, y, uniform)))}`,
    );
    const { largest, mean } = result.certificate;
    report.line(
      `  certificate: at 20 held-out models the weighted cost is off by ${(100 * mean.value).toFixed(1)}% on average, ${(100 * largest).toFixed(1)}% at most`,
    );
  }
}

/** AutoCoreset in memory, and its merge-and-reduce over sizes (BENCH_ROWS, default 100000,1000000). */
export default async function bench(report: Bench): Promise<void> {
  await inMemory(report);
  await streamed(report);
  report.skipped("the official Python code", "it needs Python and scikit-learn");
}
