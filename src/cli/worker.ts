import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { BadInput } from "../kit/errors.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { parseGrace, serverDatabase } from "./database.ts";
import { parsePort } from "./serve.ts";
import { aborted } from "./until.ts";

interface Options {
  concurrency: string;
  grace: string;
  port?: string;
  host: string;
}

const mostConcurrency = 256;

export function parseConcurrency(text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= mostConcurrency) return value;
  throw new BadInput(`"${text.slice(0, 40)}" is not a whole number from 1 to ${mostConcurrency}`, {
    where: "--concurrency",
  });
}

async function work(cli: Cli, options: Options): Promise<void> {
  const databaseUrl = serverDatabase(cli.env, "worker");
  const concurrency = parseConcurrency(options.concurrency);
  const finishMs = parseGrace(options.grace);
  const at = options.port === undefined ? undefined : { port: parsePort(options.port), host: options.host };
  const { homeOf } = await import("../store/homes/open.ts");
  const { RunFiles } = await import("../store/run-files.ts");
  const { openStore } = await import("../store/store.ts");
  const { openLog } = await import("../web/operations/log.ts");
  const { startWorker } = await import("../web/operations/worker.ts");
  const { tokenOf } = await import("../web/settings.ts");
  const metricsToken = tokenOf(cli.env.LIVEPAPERS_METRICS_TOKEN);
  const logger = openLog({ env: cli.env, write: (line) => cli.err.line(line), terminal: cli.err.tty });
  const home = homeOf(cli.env, undefined);
  await home?.check();
  const store = await openStore({ databaseUrl });
  try {
    const files = new RunFiles(store, home);
    // The cores are shared out among the runs at a time.
    const limits = { workers: Math.max(1, Math.floor(availableParallelism() / concurrency)) };
    const worker = await startWorker({ store, files, logger, concurrency, limits, at, metricsToken });
    cli.out.line(`livepapers takes ${concurrency === 1 ? "one run" : `${concurrency} runs`} at a time from the queue`);
    if (worker.port !== undefined) cli.out.line(`its health and metrics are at port ${worker.port}`);
    if (cli.out.tty) cli.out.line(cli.out.paint.dim("Ctrl-C stops it."));
    await aborted(cli.signal);
    if (cli.out.tty) cli.out.line("Stopping.");
    await worker.stop(finishMs);
  } finally {
    await store.close();
  }
}

export function addWorker(program: Command, cli: Cli, answer: Answer): void {
  program
    .command("worker")
    .summary("take runs from the queue of a PostgreSQL server")
    .description(
      "Takes runs from the queue of DATABASE_URL and executes them, on any number of machines beside the one that serves the site.",
    )
    .option("--concurrency <n>", "runs at a time", "2")
    .option(
      "--grace <seconds>",
      "when stopped: how long runs may go on to their end; then they go back to the queue",
      "8",
    )
    .option("--port <port>", "answer /health/live, /health/ready and /metrics here")
    .option("--host <host>", "on this address", "127.0.0.1")
    .addHelpText(
      "after",
      `
Environment:
  DATABASE_URL   the PostgreSQL server

Example:
  livepapers worker --concurrency 4`,
    )
    .action(async (options: Options) => {
      await work(cli, options);
      answer.status = status.holds;
    });
}
