import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { mlpFisher } from "../src/kit/nets/fisher.ts";
import { initMlp, mlp } from "../src/kit/nets/mlp.ts";
import { trainClassifier } from "../src/kit/nets/train.ts";
import type { OutputFile } from "../src/kit/paper.ts";
import { Random } from "../src/kit/random.ts";
import { openSafetensors, type TensorSpec, writeSafetensors } from "../src/kit/safetensors.ts";
import {
  type DifferentiableModel,
  diagonalFisher,
} from "../src/papers/model-merging/fisher-merging/diagonal-fisher.ts";
import { mergeFiles, planMerge, scanFishers } from "../src/papers/model-merging/fisher-merging/merge-files.ts";
import { openPath } from "../src/runs/path-file.ts";
import type { Bench } from "./bench.ts";

const megabytes = Number(process.env.BENCH_MB ?? 1024);
const names = ["model-a", "model-b", "fisher-a", "fisher-b"];

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

/** A file of random F32 in the shape of a transformer: 16 MB matrices and small vectors. */
async function generate(path: string, seed: number, least: number): Promise<void> {
  const random = new Random(seed);
  const side = 2048;
  const specs: TensorSpec[] = [];
  for (let layer = 0; layer * 16 < megabytes; layer++) {
    specs.push({ name: `layer.${layer}.weight`, dtype: "F32", shape: [side, side] });
    specs.push({ name: `layer.${layer}.bias`, dtype: "F32", shape: [side] });
  }
  const piece = Float32Array.from({ length: side * side }, () => random.uniform(least, 1));
  const bytes = new Uint8Array(piece.buffer);
  const writer = await writeSafetensors(await fileOutput(path), specs);
  for (const { shape } of specs) await writer.write(shape.length === 2 ? bytes : bytes.subarray(0, 4 * side));
  await writer.close();
}

async function merge(folder: string, withFishers: boolean): Promise<void> {
  const files = await Promise.all(
    names.map(async (name) => openSafetensors(await openPath({ name, path: join(folder, `${name}.safetensors`) }))),
  );
  const plan = planMerge(files.slice(0, 2), withFishers ? files.slice(2) : undefined);
  const norms = await scanFishers(plan);
  await mergeFiles(plan, norms, () => fileOutput(join(folder, "merged.safetensors")), { coefficients: [0.4, 0.6] });
}

/** Plain copies through Node's streams, which move every byte through this process as a merge has to. */
async function copy(folder: string, which: readonly string[]): Promise<void> {
  for (const name of which) {
    const to = createWriteStream(join(folder, "copy.safetensors"));
    await pipeline(createReadStream(join(folder, `${name}.safetensors`), { highWaterMark: 4 << 20 }), to);
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

/** A 196–64–64–10 network written with jax-js, for the general path. */
function differentiable(params: DifferentiableModel["params"], jax: typeof import("@jax-js/jax")): DifferentiableModel {
  const { numpy: np, nn } = jax;
  const tensor = (p: Record<string, InstanceType<typeof np.Array>>, name: string) =>
    p[name] as InstanceType<typeof np.Array>;
  return {
    params,
    logits(p, x) {
      let h = x;
      for (let layer = 0; layer < 3; layer++) {
        h = np.matmul(h, tensor(p, `layers.${layer}.weight`)).add(tensor(p, `layers.${layer}.bias`));
        if (layer < 2) h = nn.relu(h);
      }
      return h;
    },
  };
}

export default async function bench(report: Bench): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "livepapers-bench-"));
  try {
    await Promise.all(names.map((name, i) => generate(join(folder, `${name}.safetensors`), i, i < 2 ? -1 : 0)));
    const [models, fishers] = [names.slice(0, 2), names.slice(2)];
    await report.compare(
      `two models of ${megabytes} MB: bytes read per second`,
      {
        "copy of both models": () => copy(folder, models),
        "plain average": () => merge(folder, false),
      },
      { rounds: 3, unit: { name: "MB read", count: 2 * megabytes } },
    );
    await report.compare(
      `two models and their Fishers, ${megabytes} MB each; the Fishers are read twice, for their norms first`,
      {
        "copy of all files, the Fishers twice": () => copy(folder, [...names, ...fishers]),
        "Fisher merge": () => merge(folder, true),
      },
      { rounds: 3, unit: { name: "MB read", count: 6 * megabytes } },
    );
    for (const job of ["idle", "average", "fisher"]) {
      report.line(`  peak memory, ${job}: ${(await peakMemory(folder, job)).toFixed(0)} MB`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  const random = new Random(1);
  const net = mlp([196, 64, 64, 10]);
  const params = initMlp(net, random);
  const inputs = Float32Array.from({ length: 4096 * 196 }, () => (random.float() < 0.6 ? 0 : random.float()));
  const labels = Uint8Array.from({ length: 4096 }, (_, i) => i % 10);
  const jax = await import("@jax-js/jax");
  const model = differentiable(params, jax);
  const few = { data: inputs.subarray(0, 64 * 196), shape: [64, 196] };
  await report.compare("exact Fisher, 196–64–64–10, 64 examples", {
    "dense, all examples at once": () => mlpFisher(net, params, inputs, 64),
    "one example at a time": () => {
      for (let n = 0; n < 64; n++) mlpFisher(net, params, inputs.subarray(196 * n, 196 * (n + 1)), 1);
    },
    "jax-js, any model": () => diagonalFisher(model, few),
  });
  await report.compare("the same, 4096 examples", { dense: () => mlpFisher(net, params, inputs, 4096) }, { rounds: 3 });
  await report.compare(
    "100 training steps, batch 64",
    { "this kit": () => trainClassifier(net, params, inputs, labels, { steps: 100, random }) },
    { unit: { name: "steps", count: 100 } },
  );
  report.skipped("mmatena/model_merging (TensorFlow)", "a Python package");
  report.skipped("mergekit", "a Python package");
}

// Started by peakMemory: does one job and prints this process's peak resident memory.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , job, folder = ""] = process.argv;
  if (job !== "idle") await merge(folder, job === "fisher");
  console.log(process.resourceUsage().maxRSS / 1024);
}
