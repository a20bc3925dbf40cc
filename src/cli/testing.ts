import { Readable } from "node:stream";
import type { Verdict } from "../kit/paper.ts";
import type { ExecuteOptions, Job, Outcome } from "../runs/types.ts";
import { captureText } from "./capture.ts";
import { runCommand } from "./command.ts";
import type { Cli, Execute } from "./context.ts";
import { createSheet } from "./terminal/sheet.ts";

/** What one command line did. */
export interface Ran {
  status: number;
  out: string;
  err: string;
  /** Jobs that were handed to the executor, in order. */
  jobs: { job: Job; options: ExecuteOptions }[];
}

/** A verdict with one part of each kind, for tests that need no real one. */
export const someVerdict: Verdict = {
  outcome: "partly holds",
  parts: [
    {
      name: "headline",
      required: true,
      outcome: "holds",
      inequality: "gain > 0",
      measured: [{ label: "gain", value: 0.118, low: 0.092, high: 0.145, n: 8 }],
      reported: [{ what: "gain", value: "0.1", where: "Table 1", part: "headline" }],
    },
    { name: "scaling", required: true, outcome: "does not hold", inequality: "slope < 1", measured: [], reported: [] },
  ],
};

/** Runs a command line with buffers for streams, and with an executor that gives `outcome`, or is `execute`. */
export async function cli(
  line: readonly string[],
  {
    outcome = { status: "done", verdict: someVerdict } as Outcome,
    execute = undefined as Execute | undefined,
    signal = new AbortController().signal,
    stdin = "",
    columns = 80,
    env = {} as Record<string, string>,
    sources = undefined as Cli["sources"],
  } = {},
): Promise<Ran> {
  const texts = { out: "", err: "" };
  const capture = captureText();
  const jobs: Ran["jobs"] = [];
  const status = await runCommand(line, {
    out: createSheet(
      (text) => {
        texts.out += text;
      },
      { columns },
    ),
    err: createSheet(
      (text) => {
        texts.err += text;
      },
      { columns },
    ),
    stdout: capture.stream,
    stdin: Readable.from([Buffer.from(stdin)]),
    env,
    signal,
    ...(sources ? { sources } : {}),
    async execute(job, options) {
      jobs.push({ job, options });
      return execute ? execute(job, options) : outcome;
    },
  });
  return { status, out: capture.text() + texts.out, err: texts.err, jobs };
}

/** Splits a command line as a shell would, for words with and without quotes. */
export function shellWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}
