import { createServer } from "node:http";
import { RunService, type RunServiceOptions } from "../../runs/service.ts";
import { queueState } from "../../store/queue-state.ts";
import type { Store } from "../../store/store.ts";
import { closeServer, listen } from "../listen.ts";
import { Endpoints } from "./endpoints.ts";
import type { Logger } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { runReports } from "./reports.ts";

export interface WorkerOptions extends Pick<RunServiceOptions, "files" | "limits" | "catalogue"> {
  store: Store;
  logger: Logger;
  concurrency: number;
  /** Where /health/live, /health/ready and /metrics are answered; nowhere without. */
  at?: { port: number; host: string } | undefined;
  metricsToken?: string | undefined;
}

export interface RunningWorker {
  /** The port of the endpoints. */
  port: number | undefined;
  /** Takes no more runs, lets those in progress end for `finishMs`, and puts the rest back. */
  stop(finishMs: number): Promise<void>;
}

/** A process that takes runs from the queue and serves no pages. The store is the caller's to close. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { store, files, logger, concurrency, at, metricsToken: token, limits, catalogue } = options;
  const metrics = new Metrics({ queue: () => queueState(store.db) });
  const endpoints = new Endpoints({ metrics, logger, token, ready: async () => store.db.execute("select 1") });
  const server = createServer((request, response) => {
    if (endpoints.handle(request, response)) return;
    response.writeHead(404, { "Content-Type": "text/plain" });
    response.end("Not found\n");
  });
  const service = new RunService({
    store,
    ...(files ? { files } : {}),
    ...(limits ? { limits } : {}),
    ...(catalogue ? { catalogue } : {}),
    ...runReports(logger, metrics),
  });
  try {
    const port = at && (await listen(server, at.port, at.host));
    await service.start({ concurrency });
    endpoints.closed = undefined;
    return {
      port,
      async stop(finishMs) {
        endpoints.closed = "stopping";
        await service.stop({ finishMs });
        await closeServer(server);
      },
    };
  } catch (error) {
    await service.stop();
    await closeServer(server);
    throw error;
  }
}
