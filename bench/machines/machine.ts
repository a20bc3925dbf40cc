import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** After this long a process that ended by itself is started again. */
const supervisorMs = 1000;

const launcher = fileURLToPath(new URL("../../bin/livepapers.js", import.meta.url));

export interface MachineOptions {
  name: string;
  words: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Where its standard error goes, of all its lives. */
  logPath: string;
  /** What it prints when it can work. */
  ready: RegExp;
  /** Told of every line it logs. */
  onLog?(line: string): void;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** A `livepapers` process that is killed and started again, in the place of a machine. One that ends by itself is started again as well. */
export class Machine {
  readonly name: string;
  kills = 0;
  /** How often it ended by itself. */
  deaths = 0;
  /** How long its starts took until it was ready, in milliseconds. */
  readonly starts: number[] = [];
  readonly #options: MachineOptions;
  #child: ChildProcess | undefined;
  /** Nobody wants it to run (any more). */
  #down = true;
  /** It can work. */
  ready = false;

  constructor(options: MachineOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Starts it; resolves when it is ready, or has ended. */
  start(): Promise<void> {
    const { words, env, logPath, onLog, ready } = this.#options;
    const began = performance.now();
    this.#down = false;
    const child = spawn(process.execPath, [launcher, ...words], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    running.add(child);
    const log = createWriteStream(logPath, { flags: "a" });
    log.write(`# started as ${child.pid} at ${new Date().toISOString()}\n`);
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.write(`${line}\n`);
      onLog?.(line);
    });
    return new Promise((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (!ready.test(line)) return;
        this.starts.push(performance.now() - began);
        this.ready = true;
        resolve();
      });
      child.once("close", (code, signal) => {
        log.end(`# ended with ${code ?? signal} at ${new Date().toISOString()}\n`);
        running.delete(child);
        this.ready = false;
        resolve();
        if (this.#down) return;
        this.deaths += 1;
        setTimeout(() => this.#down || this.start(), supervisorMs);
      });
    });
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#down = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "close");
    child.kill(signal);
    await ended;
  }
}

/** A port that is free just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
