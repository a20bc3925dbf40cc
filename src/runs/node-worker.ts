import { Worker } from "node:worker_threads";
import type { Port, WorkerEnd, WorkerHandle } from "./protocol.ts";

/** What every worker of a run is started with. */
export interface NodeWorkerData {
  memoryMb: number;
  /** It stands in a process of its own (node-process.ts). */
  isolated: boolean;
  /** Module exporting `getExperiment`; the catalogue when undefined. */
  catalogue: string | undefined;
  /** URLs of the reader's own modules by name; see `ExecuteOptions`. */
  modules?: Readonly<Record<string, string>>;
}

/** How often a worker's memory is looked at. */
const watchMs = 100;
/**
 * Heap beyond the limit that V8 grants a thread of this process: V8 ends the whole process when one allocation goes far beyond its own limit, so here the
 * heap is watched instead, from half of this on, since a heap holds garbage too. An isolated thread gets the limit itself.
 */
const slackMb = 1024;

/** Whether a worker's memory can be looked at from outside, also while it computes (Node 22.16, 24 and later); else it looks itself (worker.ts). */
export const watched = "getHeapStatistics" in Worker.prototype;
/** The exit code of a worker that found its own memory over the limit. */
export const memoryExit = 86;

/** Starts worker.ts, or worker.js when this file is compiled. */
export function spawnNodeWorker(data: NodeWorkerData): WorkerHandle {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const { memoryMb } = data;
  const watchHeap = watched && !data.isolated;
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData: data,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: watchHeap ? memoryMb + slackMb : memoryMb },
  });
  let handler: ((end: WorkerEnd) => void) | undefined;
  let over = false;
  const end = (reason: WorkerEnd): void => {
    clearInterval(watch);
    const once = handler;
    handler = undefined;
    once?.(reason);
  };
  const noMemory = (): void => {
    end({ reason: "memory", limitMb: memoryMb });
    worker.terminate();
  };
  const look = async (): Promise<void> => {
    const statistics = await worker.getHeapStatistics();
    const heap = statistics.used_heap_size / 1048576;
    const buffers = statistics.external_memory / 1048576;
    // Buffers may be garbage for a moment: they count when two looks find them.
    if ((watchHeap && heap > memoryMb + slackMb / 2) || (over && buffers > memoryMb) || buffers > 2 * memoryMb)
      noMemory();
    over = buffers > memoryMb;
  };
  const watch = setInterval(() => {
    if (watched) look().catch(() => {});
  }, watchMs);
  watch.unref();
  worker.on("error", (error: Error & { code?: string }) => {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY") noMemory();
    else end({ reason: "error", message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) });
  });
  worker.on("exit", (code) => {
    if (code === memoryExit && !watched) noMemory();
    else end({ reason: "error", message: `the worker ended too early (exit code ${code})` });
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on("message", listener),
    onEnd: (listener) => {
      handler = listener;
    },
    onPrint: (listener) => {
      for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding("utf8").on("data", listener);
    },
    terminate: () => {
      handler = undefined;
      clearInterval(watch);
      return worker.terminate();
    },
  };
}

export function portOf(port: {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
}): Port {
  return {
    post: (message, transfer) => port.postMessage(message, transfer ?? []),
    onMessage: (handler) => port.on("message", handler),
  };
}
