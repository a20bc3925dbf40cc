import { invertPositiveDefinite } from "../src/kit/cholesky.ts";
import { Random } from "../src/kit/random.ts";
import {
  dOptimal,
  LabelBudget,
  leastConfidence,
  makeStrategy,
  OnlineLogistic,
  runStream,
  type StreamRecord,
  strategyNames,
} from "../src/papers/data-selection/index.ts";
import { SlidingPoints } from "../src/papers/data-selection/online-active-learning/sliding-window.ts";
import { leverage } from "../src/papers/data-selection/rank-one.ts";
import type { Bench } from "./bench.ts";

const d = 10;
const count = 100_000;

function records(size: number, dimension: number): Required<StreamRecord>[] {
  const random = new Random(1);
  return Array.from({ length: size }, () => {
    const x = Float64Array.from({ length: dimension }, () => random.normal());
    return { x, y: +random.bool(1 / (1 + Math.exp(-4 * (x[0] ?? 0)))) };
  });
}

/** Predict, look at the doubt, learn from a coin's labels: a loop without interface, budget or checks. */
function plain(stream: readonly Required<StreamRecord>[]): number {
  const learner = new OnlineLogistic({ dimension: d });
  const random = new Random(2);
  let doubt = 0;
  for (const { x, y } of stream) {
    doubt += leastConfidence(learner.predictProba(x));
    if (random.float() < 0.1) learner.learnOne(x, y);
  }
  return doubt;
}

/** D-optimal querying with the inverse and all leverages of the warm-up computed anew after every label. */
function plainDesign(stream: readonly Float64Array[], rate: number, warmup: number): number {
  const size = stream[0]?.length ?? 0;
  const moment = new Float64Array(size * size);
  for (let i = 0; i < size; i++) moment[i * size + i] = 1e-3;
  const warm = stream.slice(0, warmup);
  let labels = 0;
  const measure = (): [Float64Array, number] => {
    const inverse = invertPositiveDefinite(moment, size) ?? new Float64Array(size * size);
    const levers = warm.map((u) => leverage(inverse, u)).sort((a, b) => a - b);
    return [inverse, levers[Math.floor((1 - rate) * warmup)] ?? 0];
  };
  let [inverse, gamma] = measure();
  for (const x of stream.slice(warmup)) {
    if (leverage(inverse, x) < gamma) continue;
    labels += 1;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) moment[i * size + j] = (moment[i * size + j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
    [inverse, gamma] = measure();
  }
  return labels;
}

function rankOneDesign(stream: readonly Float64Array[], rate: number, warmup: number): number {
  const strategy = dOptimal({ dimension: stream[0]?.length ?? 0, rate, warmup });
  let labels = 0;
  for (const x of stream) {
    const { query } = strategy.shouldQuery(x);
    if (query) labels += 1;
    strategy.observe({ queried: query, x });
  }
  return labels;
}

/** Root mean squared distance to the last `size` points, one by one. */
function plainNovelty(stream: readonly Float64Array[], size: number): number {
  let total = 0;
  for (const [t, x] of stream.entries()) {
    let sum = 0;
    const from = Math.max(0, t - size);
    for (let i = from; i < t; i++) {
      const w = stream[i] as Float64Array;
      for (let j = 0; j < x.length; j++) sum += ((x[j] as number) - (w[j] as number)) ** 2;
    }
    total += t > from ? Math.sqrt(sum / (t - from)) : 0;
  }
  return total;
}

function runningNovelty(stream: readonly Float64Array[], size: number): number {
  const points = new SlidingPoints(size);
  let total = 0;
  for (const x of stream) {
    total += points.distance(x);
    points.push(x);
  }
  return total;
}

/** Strategies with their budget and prequential score beside a bare loop; D-optimal and novelty beside their definitions. */
export default async function bench(report: Bench): Promise<void> {
  const stream = records(count, d);
  const replay = (name: (typeof strategyNames)[number]) => () =>
    runStream(
      stream,
      new OnlineLogistic({ dimension: d }),
      makeStrategy(name, { probability: 0.4 }),
      new LabelBudget({ rate: 0.1 }),
      { random: new Random(3) },
    );
  await report.compare(
    `100,000 records of ${d} values, online logistic regression, one label in ten`,
    { "bare loop": () => plain(stream), ...Object.fromEntries(strategyNames.map((name) => [name, replay(name)])) },
    { rounds: 5, unit: { name: "records", count } },
  );
  const designs = records(20_000, 20).map(({ x }) => x);
  await report.compare(
    "D-optimal querying of 20,000 records of 20 values, a tenth labelled, warm-up of 300",
    {
      "inverse and leverages anew": () => plainDesign(designs, 0.1, 300),
      "rank-one steps": () => rankOneDesign(designs, 0.1, 300),
    },
    { rounds: 3, unit: { name: "records", count: designs.length } },
  );
  const points = stream.slice(0, 20_000).map(({ x }) => x);
  await report.compare(
    "distance of 20,000 records to the last 200",
    { "point by point": () => plainNovelty(points, 200), "running sums": () => runningNovelty(points, 200) },
    { rounds: 3, unit: { name: "records", count: points.length } },
  );
  report.skipped("River", "it needs Python");
}
