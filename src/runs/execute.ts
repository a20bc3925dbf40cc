import { availableParallelism } from "node:os";
import { hostRun } from "./host.ts";
import { spawnNodeProcess } from "./node-process.ts";
import { type NodeWorkerData, spawnNodeWorker } from "./node-worker.ts";
import type { ExecuteOptions, Job, JobFile, JobFiles, Limits, Outcome } from "./types.ts";

/** The limits of a run when nothing else is said: 30 minutes, 2 GB a worker, one trial worker for every core up to 8. */
export function defaultLimits(): Limits {
  return { timeMs: 30 * 60_000, memoryMb: 2048, workers: Math.min(8, availableParallelism()) };
}

/** Runs a job off the main thread; see `ExecuteOptions`. */
export async function execute(job: Job, options: ExecuteOptions = {}): Promise<Outcome> {
  const { background = false, isolated = background || job.kind === "claim", catalogue, modules, ...rest } = options;
  if (modules && background) throw new Error("a server loads no code of its readers");
  const limits = { ...defaultLimits(), ...options.limits };
  const data: NodeWorkerData = {
    memoryMb: limits.memoryMb,
    isolated,
    catalogue: catalogue === undefined ? undefined : String(catalogue),
    ...(modules ? { modules } : {}),
  };
  return hostRun(job, {
    ...rest,
    limits,
    ...(isolated && options.files ? { files: await inMemory(options.files) } : {}),
    // Touched only when a tool reads it: looking at process.stdin alone already opens it.
    stdin: options.stdin ?? { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
    spawn: () => (isolated ? spawnNodeProcess(data, background) : spawnNodeWorker(data)),
  });
}

/** Blobs do not pass between processes. */
async function inMemory(files: JobFiles): Promise<JobFiles> {
  const copies: Record<string, JobFile[]> = {};
  for (const [role, given] of Object.entries(files)) {
    copies[role] = await Promise.all(
      given.map(async (file) =>
        "blob" in file ? { name: file.name, bytes: new Uint8Array(await file.blob.arrayBuffer()) } : file,
      ),
    );
  }
  return copies;
}
