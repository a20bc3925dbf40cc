import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { type Bucket, predictError } from "./law.ts";

const buckets: Bucket[] = [
  { name: "top tenth", size: 12_800_000, b: -0.25, tau: 3.6 },
  { name: "second tenth", size: 12_800_000, b: -0.2, tau: 3.8 },
  { name: "third tenth", size: 12_800_000, b: -0.17, tau: 4 },
  { name: "fourth tenth", size: 12_800_000, b: -0.145, tau: 4.2 },
];

/** Training runs on four quality buckets of a web pool, two to ten epochs each, made up after the law with a little noise. */
export function runsSample(): { files: SampleFile[]; options: { budgets: number[]; d: number } } {
  const random = new Random(2404);
  const lines = buckets.flatMap((bucket) =>
    [2, 4, 6, 8, 10].map((epochs) => {
      const seen = epochs * bucket.size;
      const error = predictError(bucket, seen, { a: 0.06, d: 0.1 }) + random.normal(0, 0.001);
      return `${bucket.name},${seen},${error.toFixed(4)}`;
    }),
  );
  const sizes = buckets.map(({ name, size }) => `${name},${size}`);
  return {
    files: [
      { input: "checkpoints", name: "runs.csv", content: `bucket,samples_seen,error\n${lines.join("\n")}\n` },
      { input: "sizes", name: "buckets.csv", content: `bucket,size\n${sizes.join("\n")}\n` },
    ],
    options: { budgets: [32e6, 64e6, 128e6, 320e6, 640e6], d: 0.1 },
  };
}
