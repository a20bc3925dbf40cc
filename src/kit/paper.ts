import type { z } from "zod";
import type { FieldId } from "./fields.ts";
import type { InputFile } from "./files.ts";
import type { LabelAnswer, LabelSession } from "./label-session.ts";
import type { Random } from "./random.ts";

export const scales = ["quick", "full"] as const;
/** `quick`: 30 s or less on two cores. `full`: 10 minutes or less. */
export type Scale = (typeof scales)[number];

/* ---------------------------------------------------------------- card */

/** A figure the paper itself reports, with the place where it stands. */
export interface Reported {
  /** What was measured, e.g. "mean Kendall distance to the task rankings on XTREME, Borda". */
  what: string;
  value: string;
  /** Table, figure, theorem or section; or "abstract". */
  where: string;
  /** Name of the claim's part it belongs to. */
  part?: string;
}

/** One falsifiable part of a claim, as declared before anything runs. */
export interface PartCard {
  name: string;
  /** A required part counts for the claim's verdict; the others are reported. */
  required: boolean;
  /** What the part says, in words. */
  words: string;
  /** The inequality that decides, over measured numbers. */
  inequality: string;
  /** Measured at this scale only. */
  only?: Scale;
}

/** What is known of an experiment before it runs. Text fields take inline `$…$` maths. Imports nothing heavy. */
export interface ExperimentCard {
  slug: string;
  title: string;
  field: FieldId;
  claim: { words: string; parts: PartCard[] };
  reported: Reported[];
  /** `anywhere`: runs in the browser too. `server`: needs Node (files, datasets, memory). */
  where: "anywhere" | "server";
}

/** What a reader sees of a paper before running anything. */
export interface Card extends ExperimentCard {
  authors: string[];
  year: number;
  venue?: string;
  /** arXiv id without version, e.g. "2202.03799". */
  arxiv: string;
  /** The authors' code; the arXiv link follows from the id. */
  code?: string;
  /** The day the paper entered this catalogue, ISO. */
  listed: string;
  /** Three to six sentences that a tired engineer understands. */
  summary: string;
  keywords: string[];
  /** What the tool does with the reader's own data, one sentence; present in prospect for papers not runnable yet. */
  tool: string;
}

/** What can be executed: a card and lazy doors to what runs. */
export interface Experiment {
  card: ExperimentCard;
  claim?: () => Promise<{ claim: AnyClaim }>;
  tool?: () => Promise<{ tools: readonly AnyTool[] }>;
}

/** A catalogue entry. Without `claim` the paper is not runnable yet. */
export interface Paper extends Experiment {
  card: Card;
}

export function definePaper(paper: Paper): Paper {
  return paper;
}

export function isRunnable(paper: Paper): boolean {
  return paper.claim !== undefined;
}

/* ---------------------------------------------------------------- run */

export type Cell = string | number | boolean | null;

export interface Column {
  key: string;
  label: string;
  /** Unit or scale, shown in the head. */
  unit?: string;
  /** Digits after the point when shown; the record keeps all. */
  digits?: number;
}

export type Row = Record<string, Cell>;

export interface Table {
  name: string;
  title: string;
  columns: Column[];
  rows: Row[];
}

export interface Chart {
  name: string;
  /** A Vega-Lite 6 specification with its data inline and no colours or fonts of its own: the page's theme sets them. */
  spec: Record<string, unknown>;
  /** What the chart shows, for readers who cannot see it. */
  alt: string;
}

/** What a run tells its readers, in order; terminal, page and store are renderers of the same events. */
export type RunEvent =
  | { type: "progress"; fraction: number; message: string }
  | ({ type: "table" } & Table)
  | ({ type: "chart" } & Chart)
  | { type: "note"; markdown: string };

/** A part of a claim that can be computed alone, in another worker: pure in its input and its random source. */
export type Trial<I, O> = (input: I, context: TrialContext) => O | Promise<O>;

export interface TrialContext {
  /** A stream of its own for this trial: it depends on the run's seed and the trial's position only. */
  random: Random;
  signal: AbortSignal;
}

/** What a claim or a tool is given to speak with the world. */
export interface Run {
  readonly seed: number;
  readonly scale: Scale;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** `fraction` in [0, 1]; the message says what is being done now, e.g. "seed 3 of 8". */
  progress(fraction: number, message: string): void;
  /** A table; the same name again replaces it, so a table can grow. */
  table(name: string, table: Omit<Table, "name">): void;
  /** A chart; the same name again replaces it, so a chart can grow. */
  chart(name: string, chart: Omit<Chart, "name">): void;
  /** A paragraph of Markdown. */
  note(markdown: string): void;
  /**
   * Runs `trial` on every input and returns the results in order. A trial listed in the claim's `trials` runs in parallel
   * workers where there are any (its inputs and outputs must survive structured cloning); any other runs here, in turn.
   */
  map<I, O>(
    trial: Trial<I, O>,
    inputs: readonly I[],
    onResult?: (result: O, index: number, done: number) => void,
  ): Promise<O[]>;
  /** Lets other work happen and throws `Cancelled` when the run was stopped; call it in long loops, every 50 ms or so. */
  breathe(): Promise<void>;
}

/* ---------------------------------------------------------------- claim and verdict */

/** How an inequality comes out. */
export type Decision = "holds" | "does not hold" | "inconclusive";
/** `shown`: the part has numbers and, by its card, no threshold that would decide. */
export type PartOutcome = Decision | "shown";
export type ClaimOutcome = "holds" | "partly holds" | "does not hold" | "inconclusive";

/** A number this run measured, with its interval where several seeds give one. */
export interface Measured {
  label: string;
  value: number;
  low?: number;
  high?: number;
  /** Number of independent seeds or draws behind it. */
  n?: number;
  unit?: string;
}

export interface PartVerdict {
  name: string;
  required: boolean;
  outcome: PartOutcome;
  inequality: string;
  measured: Measured[];
  reported: Reported[];
  /** Why, in a sentence, when the outcome needs one. */
  reason?: string;
}

export interface Verdict {
  outcome: ClaimOutcome;
  parts: PartVerdict[];
}

// biome-ignore lint/suspicious/noExplicitAny: a schema of any shape; z.output gives the claim its exact type back
export type ParamSchema = z.ZodObject<any>;

/** The headline claim as a falsifiable experiment. */
export interface Claim<S extends ParamSchema = ParamSchema> {
  /** Parameters with defaults and descriptions. Scale and seed are the run's, not parameters. */
  params: S;
  /** Defaults that differ between the scales; a value given by the reader wins over both. */
  scales: Record<Scale, Partial<z.input<S>>>;
  /** Work that may run in parallel workers, by name. */
  // biome-ignore lint/suspicious/noExplicitAny: trials of one claim differ in input and output
  trials?: Record<string, Trial<any, any>>;
  reproduce(params: z.output<S>, run: Run): Promise<Verdict>;
}

/** Keeps the schema's exact type for `reproduce`. */
export function defineClaim<S extends ParamSchema>(claim: Claim<S>): Claim<S> {
  return claim;
}

// biome-ignore lint/suspicious/noExplicitAny: claims of different schemas in one list
export type AnyClaim = Claim<any>;

/* ---------------------------------------------------------------- tool */

/** One role that files play for a tool, e.g. the checkpoints, or their Fisher files. */
export interface InputSpec {
  /** Also the flag that names files for this role on the command line. */
  name: string;
  description: string;
  /** File endings it understands, e.g. [".csv", ".tsv"]. */
  accepts: string[];
  many?: boolean;
  optional?: boolean;
}

/**
 * A module of the reader's own code that a tool can use. Only the command loads one, named by a flag, on the machine of the reader who wrote it:
 * forms, the API and the records of runs have no place for it.
 */
export interface ModuleSpec {
  /** Also the flag of the command. */
  name: string;
  /** What it must export. */
  description: string;
}

/** A file being written. Nothing stands at its final place until the tool has returned. */
export interface OutputFile {
  write(data: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface OutputOptions {
  /**
   * For answers to a stream: what is written goes on to standard output, where that is its place, as soon as it is written
   * instead of when the run has ended well.
   */
  live?: boolean;
}

/** A run that can also write files. */
export interface ToolRun extends Run {
  /**
   * Opens an output by its default name, e.g. "merged.safetensors". The first one opened is the main output: `--out` names
   * it, and without `--out` a text goes to standard output.
   */
  output(name: string, mediaType: string, options?: OutputOptions): Promise<OutputFile>;
  /** What the reader's own modules export, by name; empty everywhere but in the command. */
  readonly modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface ToolResult {
  /** What the tool did, in one sentence with numbers. */
  summary: string;
}

/** A sample input small enough to ship, made by code or written by us. */
export interface SampleFile {
  /** Role in `inputs`. */
  input: string;
  name: string;
  content: string | Uint8Array;
}

/** Files and options that show a tool working with one click. */
export interface Sample<S extends ParamSchema = ParamSchema> {
  files: SampleFile[];
  options?: Partial<z.input<S>>;
}

/** A sample of the world's own data, known to many. */
export interface Example<S extends ParamSchema = ParamSchema> extends Sample<S> {
  /** Short, e.g. "XTREME". */
  title: string;
  /** Who published the figures, and where. */
  source: string;
}

/** The method on the reader's own data. */
export interface Tool<S extends ParamSchema = ParamSchema> {
  /** Named when a paper has more than one; the first is the default. */
  name: string;
  /** One sentence for help and page. */
  summary: string;
  inputs: InputSpec[];
  /** Code of the reader's own that it can use, in the command. */
  modules?: ModuleSpec[];
  options: S;
  /** A realistic command line after `livepapers apply SLUG`, e.g. "leaderboard.csv --rule borda --out ranking.csv". */
  example: string;
  /** Files and options that show the tool working with one click. */
  sample(): Promise<Sample<S>>;
  /** More to try, ready to use. */
  examples?(): Promise<Example<S>[]>;
  apply(input: ToolInput, options: z.output<S>, run: ToolRun): Promise<ToolResult>;
  /** Asks the reader for labels instead, going on from the answers given earlier. For tools that can. */
  session?(
    input: ToolInput,
    options: z.output<S>,
    given: { seed: number; answers: readonly LabelAnswer[] },
  ): Promise<LabelSession>;
}

/** The reader's files by role; a role without files is an empty list. */
export type ToolInput = Record<string, readonly InputFile[]>;

export function defineTool<S extends ParamSchema>(tool: Tool<S>): Tool<S> {
  return tool;
}

// biome-ignore lint/suspicious/noExplicitAny: tools of different schemas in one list
export type AnyTool = Tool<any>;
