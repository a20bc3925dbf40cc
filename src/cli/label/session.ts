import { basename, dirname, extname, join } from "node:path";
import { Readable } from "node:stream";
import { BadInput } from "../../kit/errors.ts";
import type { InputFile } from "../../kit/files.ts";
import type { AnyTool } from "../../kit/paper.ts";
import { openPath } from "../../runs/path-file.ts";
import type { ToolJob } from "../../runs/types.ts";
import type { Cli } from "../context.ts";
import type { Paths } from "../inputs.ts";
import { Interrupted } from "../outcome.ts";
import { paragraph } from "../terminal/text.ts";
import { type Asker, lineAsker, promptAsker } from "./ask.ts";
import { LabelsFile, readLabels } from "./labels-file.ts";

/** Where the labels are kept: beside the output, or beside the first input, as `<stem>.labels.jsonl`. */
export function labelsPath(out: string | undefined, input: string): string {
  const beside = out ?? basename(input);
  return join(dirname(beside), `${basename(beside, extname(beside))}.labels.jsonl`);
}

async function openInputs(tool: AnyTool, paths: Paths): Promise<Record<string, InputFile[]>> {
  const files: Record<string, InputFile[]> = {};
  for (const { name } of tool.inputs) {
    files[name] = [];
    for (const path of paths[name] ?? []) {
      if (path === "-") {
        throw new BadInput("the answers come from standard input, so the records must come from a file", {
          where: "-",
          remedy: "Name a path.",
        });
      }
      files[name].push(await openPath({ name: basename(path), path }));
    }
  }
  return files;
}

/** A terminal on both sides is asked with prompts; anything else is read line by line. */
async function askerOf(cli: Cli): Promise<Asker> {
  const terminal = process.stdin.isTTY === true && cli.err.tty && !(cli.stdin instanceof Readable);
  return terminal ? promptAsker(process.stdin, process.stderr, cli.signal) : lineAsker(cli.stdin, cli.err, cli.signal);
}

export interface Labelled {
  path: string;
  given: number;
  summary: string;
}

/** Asks for labels until the reader or the stream has enough; every answer is on the disk before the next question. */
export async function labelHere(
  cli: Cli,
  tool: AnyTool,
  { params, seed }: Pick<ToolJob, "params" | "seed">,
  paths: Paths,
  out: string | undefined,
): Promise<Labelled> {
  const open = tool.session;
  const [first] = Object.values(paths).flat();
  if (!open || first === undefined) throw new BadInput("there is nothing to label");
  const path = labelsPath(out, first);
  const kept = readLabels(path);
  const session = await open(await openInputs(tool, paths), params, {
    seed,
    answers: kept.identity ? kept.answers : [],
  });
  const file = new LabelsFile(path, kept, session.identity);
  if (kept.answers.length > 0) cli.err.line(`Going on after ${kept.answers.length} answers in ${path}.`);
  const asker = await askerOf(cli);
  let given = 0;
  try {
    for (let question = session.question(); question; question = session.question()) {
      const reply = await asker.ask(question, session.answers.length + 1);
      if (cli.signal.aborted) throw new Interrupted(`Stopped. The labels so far are in ${path}.`);
      if (reply === "quit") break;
      const label = reply === "skip" ? null : reply.label;
      session.answer(label);
      file.append({ row: question.row, label });
      given += 1;
    }
  } finally {
    asker.close();
    file.close();
  }
  return { path, given, summary: session.summary() };
}

/** The session's end, for the reader. */
export function printLabelled(cli: Cli, { path, summary }: Labelled): void {
  cli.out.line(paragraph(summary, cli.out.columns));
  cli.out.line(cli.out.paint.dim(`The labels are in ${path}; the same command goes on from there.`));
}
