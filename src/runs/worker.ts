import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import type { Experiment } from "../kit/paper.ts";
import { serve } from "./inside.ts";
import { memoryExit, type NodeWorkerData, portOf, spawnNodeWorker, watched } from "./node-worker.ts";
import { loadModules } from "./own-modules.ts";
import { openPath } from "./path-file.ts";

/** Entry of the worker threads that run claims, tools and trials; started by node-worker.ts. */
const data = workerData as NodeWorkerData; // set by spawnNodeWorker
if (!parentPort) throw new Error("worker.ts runs in a worker thread");

if (!watched) {
  setInterval(() => {
    if (getHeapStatistics().external_memory / 1048576 > data.memoryMb) process.exit(memoryExit);
  }, 200).unref();
}

interface Catalogue {
  getExperiment(slug: string): Experiment;
}

let catalogue: Promise<Catalogue> | undefined;

serve(portOf(parentPort), {
  async getExperiment(slug) {
    catalogue ??= data.catalogue === undefined ? import("../papers/catalogue.ts") : import(data.catalogue);
    return (await catalogue).getExperiment(slug);
  },
  spawn: () => spawnNodeWorker(data),
  openPath,
  ...(data.modules ? { loadModules: () => loadModules(data.modules ?? {}) } : {}),
});
