import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random } from "../src/kit/random.ts";
import {
  type ContinualMechanism,
  type EventRecord,
  factorizationMaxSum,
  marginalMaxima,
  recomputeMaxSum,
  sqrtFactorizationCounter,
  treeCounter,
  treeMaxSum,
} from "../src/papers/online-learning/index.ts";
import type { Bench } from "./bench.ts";

const events = 10_000_000;

/** Distinct records, used over and over: what is measured is the mechanism, not the making of records. */
function records(d: number): Uint8Array[] {
  const random = new Random(d);
  return Array.from({ length: 4096 }, () => Uint8Array.from({ length: d }, () => +random.bool(0.3)));
}

function feed(mechanism: ContinualMechanism<number>, pool: readonly EventRecord[], count: number): number {
  let last = 0;
  for (let t = 0; t < count; t++) last = mechanism.step(pool[t & 4095] as EventRecord);
  return last;
}

/** The non-private running maximum in a plain loop. */
function plain(pool: readonly EventRecord[], count: number): number {
  const sums = new Float64Array(pool[0]?.length ?? 0);
  let largest = 0;
  for (let t = 0; t < count; t++) {
    const x = pool[t & 4095] as EventRecord;
    for (let j = 0; j < sums.length; j++) {
      const sum = (sums[j] as number) + (x[j] as number);
      sums[j] = sum;
      if (sum > largest) largest = sum;
    }
  }
  return largest;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Heap and buffers in use after a collection, in bytes. */
function inUse(): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What a mechanism holds, beside what was there before it, when it has taken so many events. */
function held(
  make: () => ContinualMechanism<number>,
  pool: readonly EventRecord[],
  counts: readonly number[],
): number[] {
  const before = inUse();
  const mechanism = make();
  return counts.map((count) => {
    feed(mechanism, pool, count - mechanism.time);
    return inUse() - before;
  });
}

const bytes = (n: number): string => `${(Math.max(0, n) / 1024).toFixed(1)} kB`;

/** Ten million events through every mechanism beside a plain running maximum, and the memory held on the way. */
export default async function bench(report: Bench): Promise<void> {
  const unit = { name: "events", count: events };
  const single = records(1);
  const count = { T: events, rho: 0.5, seed: 1 };
  await report.compare(
    "10,000,000 events, d = 1: running count",
    {
      "plain, not private": () => plain(single, events),
      recompute: () => feed(recomputeMaxSum({ ...count, d: 1 }), single, events),
      "tree counter": () => feed(treeCounter(count), single, events),
      "square-root counter": () => feed(sqrtFactorizationCounter(count), single, events),
    },
    { rounds: 3, unit },
  );
  const d = 16;
  const wide = records(d);
  await report.compare(
    `10,000,000 events, d = ${d}: running maximum of the sums`,
    {
      "plain, not private": () => plain(wide, events),
      recompute: () => feed(recomputeMaxSum({ ...count, d }), wide, events),
    },
    { rounds: 3, unit },
  );
  const fewer = events / 10;
  await report.compare(
    `1,000,000 events, d = ${d}: all sums private, a Gaussian for each at every step`,
    {
      "plain, not private": () => plain(wide, fewer),
      tree: () => feed(treeMaxSum({ ...count, d }), wide, fewer),
      factorization: () => feed(factorizationMaxSum({ ...count, d }), wide, fewer),
    },
    { rounds: 3, unit: { name: "events", count: fewer } },
  );

  report.line(
    "\nMemory held after 10^5, 10^6 and 10^7 events, horizon 10^7 (storing the noise of one column would take 76 MB)",
  );
  const makers = {
    "recompute, d = 16": { make: () => recomputeMaxSum({ ...count, d }), pool: wide },
    "tree counter": { make: () => treeCounter(count), pool: single },
    "square-root counter": { make: () => sqrtFactorizationCounter(count), pool: single },
  };
  for (const [name, { make, pool }] of Object.entries(makers)) {
    report.line(`  ${name.padEnd(20)} ${held(make, pool, [1e5, 1e6, 1e7]).map(bytes).join("  ")}`);
  }
  report.line("Memory held by horizon, d = 1,000, after 2,000 events");
  const many = records(1000).slice(0, 2000);
  for (const T of [4e3, 1e5, 1e7, 1e9]) {
    const options = { T, d: 1000, rho: 0.5, seed: 1 };
    const sizes = Object.entries({
      recompute: recomputeMaxSum,
      tree: treeMaxSum,
      factorization: factorizationMaxSum,
    }).map(
      ([name, make]) => `${name} ${bytes(held(() => make(options), [...many, ...many, ...many], [2000])[0] ?? 0)}`,
    );
    report.line(`  T = ${T.toExponential(0)}  ${sizes.join("   ")}`);
  }

  const random = new Random(3);
  const table = Array.from({ length: 31 }, () => Uint8Array.from({ length: 4096 }, () => +random.bool()));
  await report.compare(
    "the stream of the lower bound at T = 2^18, d = 4096",
    { "maxima of all prefixes": () => marginalMaxima(table) },
    { rounds: 3, unit: { name: "records", count: 31 * 8193 } },
  );
  report.skipped("OpenDP and Google's differential-privacy libraries", "they need Rust, Python or Java");
}
