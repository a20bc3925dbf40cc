import { hostRun } from "./host.ts";
import type { Port, WorkerHandle } from "./protocol.ts";
import type { ExecuteOptions, Job, Outcome } from "./types.ts";

/** The port of the Web Worker this is called in. */
export function ownPort(): Port {
  return {
    post: (message, transfer) => self.postMessage(message, { transfer: transfer ?? [] }),
    onMessage: (handler) => self.addEventListener("message", (event) => handler(event.data)),
  };
}

/** A module Web Worker whose entry calls `serve` (inside.ts). */
export function webWorker(worker: Worker): WorkerHandle {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    onMessage: (handler) => worker.addEventListener("message", (event) => handler(event.data)),
    onEnd(handler) {
      const stop = (message: string): void => {
        worker.terminate();
        handler({ reason: "error", message });
      };
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        stop(event.message || "the worker could not be started");
      });
      worker.addEventListener("messageerror", () => stop("a message of the worker could not be read"));
    },
    terminate: async () => worker.terminate(),
  };
}

/**
 * Runs a job in this page: `spawn` makes the worker, e.g.
 * `() => webWorker(new Worker(new URL("./run-worker.ts", import.meta.url), { type: "module" }))`. Files are Blobs or bytes; outputs go to `memorySink()`.
 * There is no memory limit here but the browser's own.
 */
export function executeInBrowser(job: Job, options: ExecuteOptions & { spawn(): WorkerHandle }): Promise<Outcome> {
  const limits = {
    timeMs: 30 * 60_000,
    memoryMb: Number.POSITIVE_INFINITY,
    workers: Math.max(1, Math.min(8, navigator.hardwareConcurrency ?? 1)),
    ...options.limits,
  };
  return hostRun(job, { ...options, limits });
}
