import type { Fetcher } from "../feed/import/fetcher.ts";
import type { SourceBases } from "../feed/import/job.ts";
import type { ExecuteOptions, Job, Outcome } from "../runs/types.ts";
import type { Sheet } from "./terminal/sheet.ts";

/** Exit statuses of the command, the same for every subcommand. */
export const status = { holds: 0, fault: 1, badInput: 2, otherVerdict: 3, interrupted: 130 } as const;

export type Execute = (job: Job, options: ExecuteOptions) => Promise<Outcome>;

/** What a command sees of the world; tests hand in their own. */
export interface Cli {
  /** Standard output: the result, nothing else. */
  out: Sheet;
  /** Standard error: progress, notices, errors. */
  err: Sheet;
  /** Standard output as a stream, for results that are written piece by piece. */
  stdout: NodeJS.WritableStream;
  /** Standard input; it is opened when it is read. */
  stdin: AsyncIterable<Uint8Array>;
  env: Record<string, string | undefined>;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Runs a job; worker threads, unless a test says otherwise. */
  execute: Execute;
  /** Where imports ask; the real sources, unless a test says otherwise. */
  sources?: { fetcher: Fetcher; bases: SourceBases };
}

/** A command's answer to the shell. Set by the action that ran. */
export interface Answer {
  status: number;
}
