import type { Command } from "commander";
import { BadInput } from "../kit/errors.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { parseGrace, serverDatabase } from "./database.ts";
import { aborted } from "./until.ts";

interface Options {
  port?: string;
  host?: string;
  /** False for --no-worker. */
  worker: boolean;
  grace: string;
}

/** What does not close in time is cut off: runs in progress are in the queue and go on at the next start. */
const closeMs = 2700;

/** React Router's server needs this. */
const leastNode = [22, 22] as const;

function checkNode(version = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return;
  throw new BadInput(`the site needs Node ${leastNode.join(".")} or later and this is Node ${version}`, {
    remedy: "The other commands run here; in a clone, npm start brings its own Node.",
  });
}

/** A port as typed or from the environment; 0 lets the system choose. */
export function parsePort(text: string, where = "--port"): number {
  const port = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new BadInput(`"${text.slice(0, 40)}" is not a port, a whole number from 0 to 65535`, { where });
}

function portOf(options: Pick<Options, "port">, env: Cli["env"]): number {
  if (options.port !== undefined) return parsePort(options.port);
  for (const name of ["LIVEPAPERS_PORT", "PORT"]) {
    const value = env[name];
    if (value !== undefined && value !== "") return parsePort(value, name);
  }
  return 4000;
}

async function serve(cli: Cli, options: Options): Promise<void> {
  checkNode();
  const port = portOf(options, cli.env);
  const finishMs = parseGrace(options.grace);
  if (!options.worker) serverDatabase(cli.env, "serve --no-worker");
  const host = options.host ?? cli.env.LIVEPAPERS_HOST ?? "127.0.0.1";
  // React and its router read this when they are first imported, which the next line does.
  process.env.NODE_ENV ??= "production";
  const { startServer } = await import("../web/server.ts");
  const { openLog } = await import("../web/operations/log.ts");
  const logger = openLog({ env: cli.env, write: (line) => cli.err.line(line), terminal: cli.err.tty });
  const started = startServer({
    port,
    host,
    dataDir: cli.env.LIVEPAPERS_DATA || "data",
    databaseUrl: cli.env.DATABASE_URL || undefined,
    env: cli.env,
    worker: options.worker,
    finishMs,
    logger,
  });
  const server = await Promise.race([started, aborted(cli.signal).then(() => undefined)]);
  if (!server) return;
  cli.out.line(`livepapers is at ${server.url}`);
  if (cli.out.tty) cli.out.line(cli.out.paint.dim("Ctrl-C stops it."));
  await aborted(cli.signal);
  if (cli.out.tty) cli.out.line("Stopping.");
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, finishMs + closeMs);
  });
  await Promise.race([server.close(), deadline]);
  clearTimeout(timer);
}

export function addServe(program: Command, cli: Cli, answer: Answer): void {
  program
    .command("serve")
    .summary("serve the site")
    .description("Serves the site from this machine, with its database in the data folder.")
    .option("--port <port>", "default LIVEPAPERS_PORT, PORT, or 4000")
    .option("--host <host>", "default LIVEPAPERS_HOST or 127.0.0.1: this machine only; 0.0.0.0 is every network")
    .option("--no-worker", "take no runs from the queue; workers on other machines do (needs DATABASE_URL)")
    .option(
      "--grace <seconds>",
      "when stopped: how long runs may go on to their end; then they go back to the queue",
      "0",
    )
    .addHelpText(
      "after",
      `
Environment:
  LIVEPAPERS_DATA   the data folder, ./data by default
  DATABASE_URL      a PostgreSQL server instead of the embedded database
  LIVEPAPERS_URL    where readers reach the site, e.g. https://papers.example.org
  docs/operations.md has the others.

Example:
  livepapers serve --port 8080`,
    )
    .action(async (options: Options) => {
      await serve(cli, options);
      answer.status = status.holds;
    });
}
