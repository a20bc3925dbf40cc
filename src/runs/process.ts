import type { Ended, Printed } from "./node-process.ts";
import { type NodeWorkerData, spawnNodeWorker } from "./node-worker.ts";

/** Entry of the process that stands between a run's worker thread and its owner; started by node-process.ts. It passes messages on, both ways. */
const data = JSON.parse(process.argv[2] ?? "{}") as NodeWorkerData; // set by spawnNodeProcess
const worker = spawnNodeWorker(data);
const send = (message: unknown): void => {
  if (process.connected) process.send?.(message);
};

// When the owner dies, however suddenly, so does the run; and it is the owner who decides what Ctrl-C means.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.on("message", (message) => worker.post(message));
worker.onMessage(send);
worker.onPrint?.((text) => send({ type: "printed", text } satisfies Printed));
worker.onEnd((end) => send({ type: "ended", end } satisfies Ended));
