import type { Random } from "../../../kit/random.ts";
import { RecursiveLeastSquares } from "../recursive-least-squares.ts";
import { type DOptimal, dOptimal } from "./d-optimal.ts";

const dimension = 8;
const scales = [3, 2, 1, 1, 1, 0.5, 0.5, 0.5];
const freedom = 5;
const initial = 12;
const further = 40;
const rate = 0.1;
const warmup = 300;

/** How records are chosen for their label: as they come, by leverage, by length alone, or by a coin in the place of the leverage. */
export const designs = ["passive", "D-optimal", "longest", "coin"] as const;
export type Design = (typeof designs)[number];

/** $x = L t$ with independent Student-t of 5 degrees of freedom: now and then a record lies far out. */
function draw(random: Random): Float64Array {
  const x = new Float64Array(dimension);
  for (let j = 0; j < dimension; j++) {
    const spread = Math.sqrt(random.gamma(freedom / 2, 2) / freedom);
    x[j] = ((scales[j] as number) * random.normal()) / spread;
  }
  return x;
}

/** $(\hat w - w)^\top \Sigma (\hat w - w)$ with the records' covariance $\Sigma = \tfrac53 L^2$: the mean squared error beyond the noise. */
function excessError(estimate: Float64Array, truth: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < dimension; j++) {
    const off = ((estimate[j] as number) - (truth[j] as number)) * (scales[j] as number);
    sum += off * off;
  }
  return (sum * freedom) / (freedom - 2);
}

/** Decides by the length of a record in units of the features' spread, above the $1 - \alpha$ quantile of the warm-up. */
function longest(warm: readonly Float64Array[]): (x: Float64Array) => boolean {
  const spread = scales.map((_, j) => Math.sqrt(warm.reduce((s, x) => s + (x[j] as number) ** 2, 0) / warm.length));
  const length = (x: Float64Array): number => {
    let sum = 0;
    for (let j = 0; j < dimension; j++) sum += ((x[j] as number) / (spread[j] as number)) ** 2;
    return sum;
  };
  const limit = Float64Array.from(warm, length).sort()[Math.floor((1 - rate) * warm.length)] as number;
  return (x) => length(x) >= limit;
}

function chooser(
  design: Design,
  strategy: DOptimal,
  warm: readonly Float64Array[],
  random: Random,
): (x: Float64Array) => boolean {
  if (design === "passive") return () => true;
  if (design === "coin") return () => random.bool(rate);
  if (design === "longest") return longest(warm);
  return (x) => strategy.shouldQuery(x).query;
}

/**
 * One regression stream: 12 labels at the start, a warm-up of 300 unlabelled records, then 40 labels chosen by every design on
 * the same records with the same noise. Gives the mean squared error of the estimate beyond the noise, by design.
 */
export function regressionTrial(random: Random): Record<Design, number> {
  const truth = Float64Array.from({ length: dimension }, () => random.normal());
  const records = Array.from({ length: initial + warmup + 6 * Math.ceil(further / rate) }, () => ({
    x: draw(random),
    noise: random.normal(),
  }));
  const label = ({ x, noise }: { x: Float64Array; noise: number }): number =>
    x.reduce((sum, v, j) => sum + v * (truth[j] as number), noise);
  const first = records.slice(0, initial);
  const warm = records.slice(initial, initial + warmup).map(({ x }) => x);
  const errors = designs.map((design): [Design, number] => {
    const learner = new RecursiveLeastSquares({ dimension });
    const strategy = dOptimal({ dimension, rate, warmup });
    const learn = (record: { x: Float64Array; noise: number }): void => {
      learner.learnOne(record.x, label(record));
      strategy.addLabelled(record.x);
    };
    for (const record of first) learn(record);
    for (const x of warm) strategy.observe({ queried: false, x });
    const wants = chooser(design, strategy, warm, random.fork(design));
    let left = further;
    for (const record of records.slice(initial + warmup)) {
      if (left === 0) break;
      if (!wants(record.x)) continue;
      learn(record);
      left -= 1;
    }
    if (left > 0) throw new Error(`${design} bought ${further - left} of ${further} labels before the stream ended`);
    return [design, excessError(learner.weights, truth)];
  });
  return Object.fromEntries(errors) as Record<Design, number>;
}
