import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { OutputFile } from "../src/kit/paper.ts";
import { Random } from "../src/kit/random.ts";
import { openSafetensors, type TensorSpec, writeSafetensors } from "../src/kit/safetensors.ts";
import { combineCheckpoints, planCombination } from "../src/papers/model-merging/checkpoints/combine.ts";
import { mergeFiles, planMerge, scanFishers } from "../src/papers/model-merging/fisher-merging/merge-files.ts";
import { openPath } from "../src/runs/path-file.ts";
import type { Bench } from "./bench.ts";

/** Megabytes of each checkpoint; 2048 for the size that is promised. */
const megabytes = Number(process.env.BENCH_MB ?? 256);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const most = { memory: 300, slowdown: 2 };
const side = 2048;
const [base, expert] = ["base", "expert"];

async function fileOutput(path: string): Promise<OutputFile> {
  const handle: FileHandle = await open(path, "w");
  return {
    async write(data) {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      for (let at = 0; at < bytes.byteLength; ) at += (await handle.write(bytes, at)).bytesWritten;
    },
    close: () => handle.close(),
  };
}

/** A file of random positive F32 in the shape of a transformer, which can be a model or a Fisher: 16 MB matrices and small vectors. */
async function generate(path: string, seed: number): Promise<void> {
  const random = new Random(seed);
  const specs: TensorSpec[] = [];
  for (let layer = 0; layer * 16 < megabytes; layer++) {
    specs.push({ name: `layer.${layer}.weight`, dtype: "F32", shape: [side, side] });
    specs.push({ name: `layer.${layer}.bias`, dtype: "F32", shape: [side] });
  }
  const piece = Float32Array.from({ length: side * side }, () => random.uniform(0.1, 1));
  const bytes = new Uint8Array(piece.buffer);
  const writer = await writeSafetensors(await fileOutput(path), specs);
  for (const [layer, { shape }] of specs.entries()) {
    // No two alike: tensors that begin alike are compared to the end, since they may be tied.
    piece[0] = 1 + layer;
    await writer.write(shape.length === 2 ? bytes : bytes.subarray(0, 4 * side));
  }
  await writer.close();
}

const pathOf = (folder: string, name: string): string => join(folder, `${name}.safetensors`);
const opened = async (folder: string, name: string) =>
  openSafetensors(await openPath({ name, path: pathOf(folder, name) }));

/** What the tools that merge do with two files: the average with the ancestor, one λ a tensor, and Fisher merging. */
const jobs = {
  async "average of base and expert"(folder) {
    const plan = planCombination([await opened(folder, expert), await opened(folder, base)]);
    await combineCheckpoints(plan, [0.5, 0.5], () => fileOutput(pathOf(folder, "merged")));
  },
  async "task arithmetic, one λ a tensor"(folder) {
    const plan = planCombination([await opened(folder, expert)], { base: await opened(folder, base) });
    const lambda = (tensor: string): number[] => [tensor.endsWith("bias") ? 0.1 : 0.4];
    await combineCheckpoints(plan, lambda, () => fileOutput(pathOf(folder, "merged")));
  },
  async "Fisher merge, Fishers read twice"(folder) {
    const models = [await opened(folder, base), await opened(folder, expert)];
    const plan = planMerge(models, [await opened(folder, expert), await opened(folder, base)]);
    const norms = await scanFishers(plan);
    await mergeFiles(plan, norms, () => fileOutput(pathOf(folder, "merged")), { coefficients: [0.4, 0.6] });
  },
} satisfies Record<string, (folder: string) => Promise<void>>;
type Job = keyof typeof jobs;

/** How often every merge reads the two files. */
const reads: Record<Job, number> = {
  "average of base and expert": 1,
  "task arithmetic, one λ a tensor": 1,
  "Fisher merge, Fishers read twice": 3,
};

/** Copies through Node's streams, which move every byte through this process as a merge has to. */
async function copy(folder: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    for (const name of [base, expert]) {
      const from = createReadStream(pathOf(folder, name), { highWaterMark: 4 << 20 });
      await pipeline(from, createWriteStream(pathOf(folder, "copy")));
    }
  }
}

/** Runs one job in a process of its own and returns its peak resident memory in MB. */
function peakMemory(folder: string, job: string): Promise<number> {
  const self = fileURLToPath(import.meta.url);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [self, job, folder], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(Number(text)) : reject(new Error(`${job} ended with ${code}`))));
  });
}

const names = Object.keys(jobs) as Job[];

export default async function bench(report: Bench): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "livepapers-bench-"));
  try {
    await generate(pathOf(folder, base), 1);
    await generate(pathOf(folder, expert), 2);
    for (const job of names) {
      const title = "copy of the same bytes";
      const medians = await report.compare(
        `${job}: two files of ${megabytes} MB`,
        { [title]: () => copy(folder, reads[job]), [job]: () => jobs[job](folder) },
        { rounds, unit: { name: "MB read", count: 2 * megabytes * reads[job] } },
      );
      const ratio = (medians[job] ?? Number.NaN) / (medians[title] ?? Number.NaN);
      const met = ratio <= most.slowdown ? "met" : "missed";
      report.line(`  throughput ${(1 / ratio).toFixed(2)} of copying, at least ${1 / most.slowdown} wanted: ${met}`);
    }
    for (const job of names) {
      const peak = await peakMemory(folder, job);
      const met = peak < most.memory ? "met" : "missed";
      report.line(`  peak memory, ${job}: ${peak.toFixed(0)} MB, under ${most.memory} wanted: ${met}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  report.skipped("mergekit", "a Python package");
}

// Started by peakMemory: does one job and prints this process's peak resident memory.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , job = "", folder = ""] = process.argv;
  await jobs[job as Job](folder);
  console.log(process.resourceUsage().maxRSS / 1024);
}
