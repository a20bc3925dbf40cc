import { existsSync } from "node:fs";
import type { Command } from "commander";
import { BadInput, nearest } from "../kit/errors.ts";
import type { AnyTool, Table } from "../kit/paper.ts";
import { fieldsOf, parseParams } from "../kit/params.ts";
import { sampleOf } from "../kit/samples.ts";
import { fileSink, stdoutSink } from "../runs/sinks.ts";
import type { JobFile, Outcome, OutputInfo, ToolJob } from "../runs/types.ts";
import { captureText } from "./capture.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { localEngine, type RunFacts } from "./engine.ts";
import { addFields, givenValues } from "./flags.ts";
import { addModules, addRoles, assignInputs, jobFiles, moduleUrls, type Paths, roleFlag, stdinRole } from "./inputs.ts";
import { terminalLimits } from "./limits.ts";
import { endedWell } from "./outcome.ts";
import { emptyRecording, type Recording, record, renderRecording, withProgress } from "./recorder.ts";
import { addServer, siteOf } from "./remote/site.ts";
import { parseSeed } from "./seed.ts";
import { exampleOf } from "./show.ts";
import { nameInput } from "./stdin.ts";
import type { ToolTarget } from "./target.ts";
import type { ProgressLine } from "./terminal/progress.ts";
import type { Sheet } from "./terminal/sheet.ts";
import { commandLine, duration, paragraph } from "./terminal/text.ts";

/** One output in the document of `livepapers apply --json`; text that went to no file is in `text`. */
export interface OutputDocument extends Omit<OutputInfo, "path"> {
  path: string | null;
  text?: string;
}

/** The document of `livepapers apply --json`. */
export interface ApplyDocument {
  slug: string;
  tool: string;
  options: Record<string, unknown>;
  summary: string;
  outputs: OutputDocument[];
  tables: Table[];
  durationMs: number;
  version: string;
}

interface Options {
  out?: string;
  force?: boolean;
  json?: boolean;
  seed?: string;
  charts?: string;
  /** `true` for the sample, or the name of an example. */
  sample?: string | true;
  labelWith?: string;
}

/** Paths given by role flags, by role. */
function namedPaths(command: Command, tool: AnyTool): Paths {
  const named: Paths = {};
  for (const spec of tool.inputs) {
    const option = command.options.find((candidate) => candidate.long === `--${roleFlag(spec)}`);
    const value: unknown = option && command.getOptionValue(option.attributeName());
    if (Array.isArray(value)) named[spec.name] = value.map(String);
    else if (typeof value === "string") named[spec.name] = [value];
  }
  return named;
}

/** A result on a terminal must not be written into the progress line: the line goes away first. */
function behindProgress(stdout: NodeJS.WritableStream, progress: ProgressLine): NodeJS.WritableStream {
  return new Proxy(stdout, {
    get(target, key) {
      if (key === "write") progress.stop();
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Where a tool's name may stand, a plain word that is neither a tool nor a file is a mistyped tool. */
function checkFirstWord({ paper, tools }: ToolTarget, word: string | undefined): void {
  if (word === undefined || !/^[A-Za-z][\w-]*$/.test(word) || existsSync(word)) return;
  const names = tools.map(({ name }) => name);
  const close = nearest(word, names);
  throw new BadInput(`"${word}" is neither a tool of ${paper.card.slug} nor a file`, {
    remedy: close ? `Did you mean "${close}"?` : `The tools are ${names.join(", ")}.`,
  });
}

/** Files and options of a sample, in place of the reader's own. */
async function prepareSample({ paper, tool, named }: ToolTarget, command: Command, words: string[]) {
  const { sample: asked, seed } = command.opts<Options>();
  const { files, options } = await sampleOf(tool, asked === true ? undefined : asked);
  const [extra] = named ? words.slice(1) : words;
  if (extra !== undefined) {
    throw new BadInput(`"${extra}" was given beside --sample, which brings its own files`, {
      remedy: "Leave out one of them.",
    });
  }
  const params = parseParams(tool.options, { ...options, ...givenValues(command, fieldsOf(tool.options)) });
  const own: Record<string, JobFile[]> = {};
  for (const { input, name, content } of files) {
    const bytes = typeof content === "string" ? content : new Uint8Array(content);
    own[input] = [...(own[input] ?? []), { name, blob: new Blob([bytes]) }];
  }
  const job: ToolJob = {
    kind: "tool",
    slug: paper.card.slug,
    tool: tool.name,
    seed: typeof params.seed === "number" ? params.seed : parseSeed(seed),
    params,
  };
  return { job, files: own, role: undefined, paths: {} };
}

/** What a tool is to run on: the job, and the reader's files, the beginning of standard input read. */
async function prepare(target: ToolTarget, command: Command, words: string[]) {
  if (command.opts<Options>().sample !== undefined) return prepareSample(target, command, words);
  const { paper, tool, tools } = target;
  const params = parseParams(tool.options, givenValues(command, fieldsOf(tool.options)));
  // A tool may have a seed among its own options; the run then takes the same.
  const seed = typeof params.seed === "number" ? params.seed : parseSeed(command.opts<Options>().seed);
  if (tools.length > 1 && !target.named) checkFirstWord(target, words[0]);
  const paths = assignInputs(tool, target.named ? words.slice(1) : words, namedPaths(command, tool));
  const role = stdinRole(tool, paths);
  const files = await jobFiles(tool, paths);
  const job: ToolJob = { kind: "tool", slug: paper.card.slug, tool: tool.name, seed, params };
  return { job, files, role, paths };
}

interface Applied {
  job: ToolJob;
  done: Extract<Outcome, { summary: unknown }>;
  recording: Recording;
  durationMs: number;
  facts: RunFacts;
  /** What would have gone to standard output, where it was held back for a JSON document. */
  text: string | undefined;
}

async function applyTool(cli: Cli, target: ToolTarget, command: Command, words: string[]): Promise<Applied> {
  const { out, force = false, json } = command.opts<Options>();
  const { job, files, role, paths } = await prepare(target, command, words);
  const site = await siteOf(cli, command, [
    "post /apply",
    "get /runs/{id}/events",
    "post /runs/{id}/cancel",
    "get /runs/{id}/outputs/{name}",
  ]);
  const modules = await moduleUrls(command, target.tool);
  if (site && modules) {
    throw new BadInput("a server runs no code of yours", {
      where: `--${Object.keys(modules)[0]}`,
      remedy: "Leave out --server to run here.",
    });
  }
  const engine = site ? (await import("./remote/engine.ts")).remoteEngine(site) : localEngine(cli);
  const capture = json && out === undefined ? captureText() : undefined;
  const recording = emptyRecording();
  const start = performance.now();
  const outcome = await withProgress(cli.err, async (progress) => {
    const stdout = capture?.stream ?? behindProgress(cli.stdout, progress);
    const sink = out === undefined ? await stdoutSink({ stdout, force }) : await fileSink({ out, force });
    const input = role && (await nameInput(cli.stdin, role.accepts, cli.signal));
    return engine.execute(job, {
      files: input ? await jobFiles(target.tool, paths, input.name) : files,
      ...(input ? { stdin: input.stream } : {}),
      ...(modules ? { modules } : {}),
      sink,
      signal: cli.signal,
      limits: terminalLimits(),
      onEvent({ event }) {
        if (event.type === "progress") progress.update(event.fraction, event.message);
        else record(recording, event);
      },
    });
  });
  const elapsed = performance.now() - start;
  const done = endedWell(outcome, cli);
  if (!("summary" in done)) throw new Error("a tool ended without a summary");
  const facts = engine.facts();
  const durationMs = Math.round(facts.durationMs ?? elapsed);
  return { job, done, recording, durationMs, facts, text: capture?.text() };
}

function documentOf({ job, done, recording, durationMs, facts, text }: Applied): ApplyDocument {
  const outputs = done.outputs.map(
    ({ path, ...info }): OutputDocument =>
      path === undefined ? { ...info, path: null, text: text ?? "" } : { ...info, path },
  );
  return {
    slug: job.slug,
    tool: job.tool,
    options: job.params,
    summary: done.summary,
    outputs,
    tables: recording.tables,
    durationMs,
    version: facts.version,
  };
}

/** `--label-with prompt`: the reader is asked for labels, in this process. */
async function label(cli: Cli, target: ToolTarget, command: Command, words: string[]): Promise<void> {
  const { labelWith, out, sample } = command.opts<Options>();
  if (labelWith !== "prompt") {
    throw new BadInput(`"${labelWith}" is no way to label`, { where: "--label-with", remedy: "It takes prompt." });
  }
  if (sample !== undefined) throw new BadInput("a sample has all its labels", { where: "--sample" });
  const { job, paths } = await prepare(target, command, words);
  const { labelHere, printLabelled } = await import("./label/session.ts");
  printLabelled(cli, await labelHere(cli, target.tool, job, paths, out));
}

async function apply(cli: Cli, target: ToolTarget, command: Command, words: string[], answer: Answer): Promise<void> {
  const { json, charts } = command.opts<Options>();
  const folder =
    charts === undefined ? undefined : await (await import("./report/folder.ts")).reportFolder(charts, "--charts");
  let applied: Applied;
  try {
    applied = await applyTool(cli, target, command, words);
    if (folder) {
      const { writeCharts } = await import("./report/write.ts");
      await writeCharts(folder, applied.recording.charts);
      await folder.commit();
    }
  } finally {
    await folder?.discard();
  }
  const { outputs } = applied.done;
  if (json) cli.out.line(JSON.stringify(documentOf(applied), null, 2));
  else {
    const toStdout = outputs[0] !== undefined && outputs[0].path === undefined;
    print(toStdout ? cli.err : cli.out, applied);
  }
  if (folder) cli.err.line(`The charts are in ${folder.shown}.`);
  answer.status = status.holds;
}

/** Tables, summary and where the files are; beside a result on standard output this goes to standard error. */
function print(sheet: Sheet, { recording, done, durationMs }: Applied): void {
  renderRecording(recording, sheet);
  sheet.line(paragraph(done.summary, sheet.columns));
  const written = done.outputs.filter(({ path }) => path !== undefined).map(({ path }) => path);
  const where = written.length > 0 ? `Wrote ${written.join(", ")}. ` : "";
  sheet.line(sheet.paint.dim(`${where}${duration(durationMs)}.`));
}

function usage({ paper, tool, tools, named }: ToolTarget): string {
  const name = tools.length > 1 ? `${named ? tool.name : `[${tools.map((one) => one.name).join("|")}]`} ` : "";
  const inputs = tool.inputs.length > 0 ? "[input...] " : "";
  return `${paper.card.slug} ${name}${inputs}[options]`;
}

function otherTools({ paper, tool, tools }: ToolTarget): string {
  if (tools.length < 2) return "";
  const lines = tools.map((one, i) => `  ${one.name}${i === 0 ? " (the default)" : ""}: ${one.summary}`);
  return `\nTools of ${paper.card.slug}; this is the help of ${tool.name}:\n${lines.join("\n")}\n`;
}

/** `livepapers apply SLUG`; the tool's options and input roles become flags when the slug is known. */
export function addApply(program: Command, cli: Cli, answer: Answer, target?: ToolTarget): void {
  const command = program
    .command("apply")
    .summary("apply a paper's method to your own files")
    .argument("<slug>", "the paper, as in livepapers list")
    .argument("[input...]", "files in the order of the inputs below; - is standard input");
  if (target) {
    command.usage(usage(target)).description(target.tool.summary);
    addRoles(command, target.tool);
    addModules(command, target.tool);
  } else {
    command.description(
      "Applies a paper's method to your own files. Each paper has inputs and options of its own: livepapers apply SLUG --help.",
    );
  }
  command
    .option("--out <path>", "where the result goes; a text goes to standard output without it")
    .option("--sample [name]", "run on the tool's own sample, or on an example by its name")
    .option("--charts <dir>", "write the charts as SVG into this folder")
    .option("--force", "overwrite what is there")
    .option("--json", "print one JSON document, nothing else, on standard output");
  addServer(command);
  if (target?.tool.session) command.option("--label-with <how>", "prompt: ask for labels here, and keep each at once");
  const fields = target ? fieldsOf(target.tool.options) : [];
  if (!fields.some((field) => field.flag === "seed")) {
    command.option("--seed <n>", "a whole number from 0 to 4294967295; default 1");
  }
  if (target) addFields(command, fields, `Options of ${target.paper.card.slug}:`);
  const example = target
    ? `${target.paper.card.slug} ${target.tools.length > 1 ? `${target.tool.name} ` : ""}${exampleOf(target.tool.name, target.tools.length, target.tool.example)}`
    : "system-ranking leaderboard.csv --out ranking.csv";
  command
    .addHelpText(
      "after",
      `${target ? otherTools(target) : ""}\nExample:\n${commandLine(`livepapers apply ${example}`, Math.min(110, cli.out.columns))}`,
    )
    .addHelpText("after", `\nExit status: ${status.holds} done, ${status.badInput} bad input, ${status.fault} a fault.`)
    .action(async (_slug: string, words: string[]) => {
      if (!target) return;
      if (command.opts<Options>().labelWith === undefined) await apply(cli, target, command, words, answer);
      else await label(cli, target, command, words);
    });
}
