import { runCommand } from "./command.ts";
import type { Execute } from "./context.ts";
import { streamSheet } from "./terminal/sheet.ts";

const execute: Execute = async (job, options) => (await import("../runs/execute.ts")).execute(job, options);

/** A second Ctrl-C within this time is an echo of the first (a terminal signals every process of the group). */
const echoMs = 400;

/** Aborts at the first Ctrl-C (or a polite kill), ends the process at the second. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > echoMs) {
      process.stderr.write("\u001b[?25h".slice(0, process.stderr.isTTY ? undefined : 0));
      process.exit(130);
    }
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", interrupt);
  return controller.signal;
}

/** A reader that closed the pipe (`livepapers list | head`) ends the command quietly. */
function endOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

/** The command as a process: standard streams, Ctrl-C, exit status. */
export async function main(argv: readonly string[]): Promise<void> {
  endOnClosedPipe();
  const signal = interruptSignal();
  process.exitCode = await runCommand(argv, {
    out: streamSheet(process.stdout),
    err: streamSheet(process.stderr),
    stdout: process.stdout,
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
    env: process.env,
    signal,
    execute,
  });
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  // What still holds the process is of no use any more: handles of a stopped server, an unread standard input.
  const linger = setTimeout(() => process.exit(), 1000);
  linger.unref();
}
