import { type Digits, loadDigits, pickDigits } from "../../../kit/datasets/digits.ts";
import { accuracy, crossEntropy } from "../../../kit/nets/class-scores.ts";
import { initMlp, type Mlp, mlp, mlpBackward, mlpForward, mlpLogits, passOutput } from "../../../kit/nets/mlp.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";

export interface Settings {
  /** Share of labels that are redrawn, by bucket, best first. */
  noise: number[];
  /** Images of a bucket. */
  bucketSize: number;
  /** Checkpoints, in samples seen divided by the bucket's size. */
  checkpoints: number[];
  /** Draws of buckets and starts that are averaged at checkpoints up to {@link earlyUntil}, where luck outweighs quality. */
  earlyRuns: number;
  testImages: number;
  learningRate: number;
  batch: number;
  /** Trains on every union of buckets, not on the nested ones alone: a law may take the buckets in another order. */
  everyUnion?: boolean;
}

/** Test errors at every checkpoint. */
export interface TrialResult {
  /** Of training on each bucket alone. */
  single: number[][];
  /** `union[p − 1]`: of training on the p best buckets together. */
  union: number[][];
  /** Of every pool that was trained on, by {@link poolKey}. */
  pools: Record<string, number[]>;
}

/** A pool by the positions of its buckets, in any order. */
export const poolKey = (buckets: readonly number[]): string => buckets.toSorted((a, b) => a - b).join("+");

/** All pools of `count` buckets: every choice of one or more. */
export const everyPool = (count: number): number[][] =>
  Array.from({ length: 2 ** count - 1 }, (_, i) =>
    Array.from({ length: count }, (_, q) => q).filter((q) => (i + 1) & (1 << q)),
  );

const side = 14;
/** In samples seen divided by the bucket's size. */
const earlyUntil = 4;
const classes = 10;

/** Labels of which the given share is redrawn evenly from all classes. */
export function noisyLabels(labels: Uint8Array, share: number, random: Random): Uint8Array {
  return labels.map((label) => (random.float() < share ? random.int(0, classes - 1) : label));
}

/** Plain gradient descent at a constant rate, so that every checkpoint is a full run of its own budget. */
function errorsAlong(
  net: Mlp,
  start: ParamTree,
  data: Digits,
  test: Digits,
  settings: Settings,
  random: Random,
): number[] {
  const params: ParamTree = Object.fromEntries(
    Object.entries(start).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
  const source = batches(data.count, settings.batch, random);
  const errors: number[] = [];
  let seen = 0;
  for (const checkpoint of settings.checkpoints) {
    for (; seen < checkpoint * settings.bucketSize; seen += settings.batch) {
      const indices = source.next().value;
      const pass = mlpForward(net, params, gatherRows(data.images, side * side, indices), indices.length);
      const wanted = indices.map((i) => data.labels[i] as number);
      const { gradient } = mlpBackward(net, params, pass, crossEntropy(passOutput(pass), wanted, classes).gradient);
      for (const [name, { data: slope }] of Object.entries(gradient)) {
        const values = params[name]?.data as Float32Array;
        for (let i = 0; i < values.length; i++) {
          values[i] = (values[i] as number) - settings.learningRate * (slope[i] as number);
        }
      }
    }
    errors.push(1 - accuracy(mlpLogits(net, params, test.images, test.count), test.labels, classes));
  }
  return errors;
}

/** Fresh buckets and a fresh start: training on each bucket alone, and on the nested unions or all of them. */
function trainOnPools(train: Digits, test: Digits, settings: Settings, random: Random): TrialResult {
  const { noise, bucketSize } = settings;
  const positions = Array.from({ length: train.count }, (_, i) => i);
  const drawn = random.fork("images").sample(positions, noise.length * bucketSize);
  const buckets = noise.map((share, q) => {
    const bucket = pickDigits(train, drawn.slice(q * bucketSize, (q + 1) * bucketSize));
    return { ...bucket, labels: noisyLabels(bucket.labels, share, random.fork(`noise ${q}`)) };
  });
  const net = mlp([side * side, 48, classes]);
  const start = initMlp(net, random.fork("start"));
  const along = (data: Digits, label: string): number[] =>
    errorsAlong(net, start, data, test, settings, random.fork(label));
  const single = buckets.map((bucket, q) => along(bucket, `bucket ${q}`));
  // The union of one bucket is the bucket.
  const union = buckets.map((_, q) =>
    q === 0 ? (single[0] as number[]) : along(together(buckets.slice(0, q + 1)), `union ${q}`),
  );
  const nested = union.map((_, p) => poolKey(single.map((_, q) => q).slice(0, p + 1)));
  const pools = new Map([...single.entries()].map(([q, curve]) => [poolKey([q]), curve]));
  for (const [p, key] of nested.entries()) pools.set(key, union[p] as number[]);
  for (const pool of settings.everyUnion ? everyPool(noise.length) : []) {
    const key = poolKey(pool);
    if (!pools.has(key)) pools.set(key, along(together(pool.map((q) => buckets[q] as Digits)), `pool ${key}`));
  }
  return { single, union, pools: Object.fromEntries(pools) };
}

/** One seed: whole runs on one draw of buckets, and early ones on others, averaged where there are several. */
export async function filteringTrial(settings: Settings, { random }: TrialContext): Promise<TrialResult> {
  const [train, held] = await Promise.all([loadDigits({ side, split: "train" }), loadDigits({ side, split: "test" })]);
  const positions = Array.from({ length: held.count }, (_, i) => i);
  const test = pickDigits(held, random.fork("test").sample(positions, settings.testImages));
  const early = { ...settings, checkpoints: settings.checkpoints.filter((n) => n <= earlyUntil) };
  const draws = Array.from({ length: settings.earlyRuns }, (_, r) =>
    trainOnPools(train, test, r === 0 ? settings : early, random.fork(`draw ${r}`)),
  );
  const average = (curves: readonly number[][]): number[] =>
    settings.checkpoints.map((_, k) => {
      const errors = curves.flatMap((curve) => curve[k] ?? []);
      return errors.reduce((sum, error) => sum + error / errors.length, 0);
    });
  return {
    single: settings.noise.map((_, q) => average(draws.map(({ single }) => single[q] as number[]))),
    union: settings.noise.map((_, p) => average(draws.map(({ union }) => union[p] as number[]))),
    pools: Object.fromEntries(
      Object.keys(draws[0]?.pools ?? {}).map((key) => [key, average(draws.map(({ pools }) => pools[key] as number[]))]),
    ),
  };
}

/** Several sets of images as one. */
function together(parts: readonly Digits[]): Digits {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const all: Digits = { images: new Float32Array(count * side * side), labels: new Uint8Array(count), count, side };
  let at = 0;
  for (const part of parts) {
    all.images.set(part.images, at * side * side);
    all.labels.set(part.labels, at);
    at += part.count;
  }
  return all;
}
