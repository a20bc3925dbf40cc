import type { RunEvent, Scale, Verdict } from "../kit/paper.ts";
import type { Weight } from "../store/tell.ts";

/** What is to be run: a claim, or a tool on files. Plain data: it is stored, queued and posted to workers. */
export type Job = ClaimJob | ToolJob;

export interface ClaimJob {
  kind: "claim";
  slug: string;
  scale: Scale;
  seed: number;
  /** Complete parameters, as parsed. */
  params: Record<string, unknown>;
}

export interface ToolJob {
  kind: "tool";
  slug: string;
  /** The tool's name within its paper. */
  tool: string;
  seed: number;
  /** Complete options, as parsed. */
  params: Record<string, unknown>;
}

/** Where a tool's input file is: at a path (Node), in memory, in a Blob (browser), or standard input. */
export type JobFile =
  | { name: string; path: string }
  | { name: string; bytes: Uint8Array }
  | { name: string; blob: Blob }
  | { name: string; stdin: true };

/** Files by the role they play for a tool. */
export type JobFiles = Record<string, readonly JobFile[]>;

/** An event with its place in the run's log. */
export interface StampedEvent {
  /** 1, 2, 3, … without gaps within a run. */
  seq: number;
  /** Milliseconds since the run started. */
  at: number;
  event: RunEvent;
}

export interface OutputInfo {
  name: string;
  mediaType: string;
  bytes: number;
  /** Where the sink put it, for sinks that write files. */
  path?: string;
}

/** How a run ended. */
export type Outcome =
  | { status: "done"; verdict: Verdict }
  | { status: "done"; summary: string; outputs: OutputInfo[] }
  | { status: "bad input"; message: string }
  | { status: "limit"; message: string }
  | { status: "cancelled"; message: string }
  | { status: "failed"; message: string };

export interface Limits {
  /** Wall-clock milliseconds. */
  timeMs: number;
  /** Memory of each worker, heap and buffers together, in MB. */
  memoryMb: number;
  /** Parallel workers for a claim's trials, the run's own not counted; 0 runs trials in the run's own worker. */
  workers: number;
}

/** An output being received. */
export interface SinkFile {
  /** Where it will be, once committed; undefined for sinks that do not write files. */
  readonly path?: string | undefined;
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Receives a tool's outputs; nothing is final before the run has ended well. */
export interface OutputSink {
  /** A `live` output must not be held back where it can be seen before the end. */
  open(name: string, mediaType: string, live?: boolean): Promise<SinkFile>;
  /** All outputs are complete: make them final. */
  commit(): Promise<void>;
  /** The run did not end well: leave nothing behind. */
  discard(): Promise<void>;
}

/** What went wrong inside a run, for the operator; a reader sees the outcome's message only. */
export interface RunLog {
  job: Job;
  message: string;
  stack?: string;
  /** Without one, what has a stack is a fault. */
  weight?: Weight;
}

/**
 * The executor, `execute` in execute.ts (Node worker threads): runs a job off the main thread and resolves with its outcome; it never rejects for
 * what the job does. Aborting `signal` ends the worker within a second.
 */
export interface ExecuteOptions {
  files?: JobFiles;
  sink?: OutputSink;
  onEvent?(event: StampedEvent): void;
  signal?: AbortSignal;
  limits?: Partial<Limits>;
  /** What a file `{ stdin: true }` reads; the process's standard input by default. */
  stdin?: AsyncIterable<Uint8Array>;
  /** Receives stack traces and whatever the workers print. */
  log?(entry: RunLog): void;
  /**
   * Runs in a process of its own, so that whatever the run does to its memory, this process goes on. Otherwise the run has worker threads of this
   * process, which pass large outputs on faster. By default claims are isolated and tools are not.
   */
  isolated?: boolean;
  /** Isolated, at a lower priority. For servers. */
  background?: boolean;
  /**
   * Modules of the reader's own code for the tool: their URLs by name. For the command alone, whose reader is who starts it; together with `background`,
   * which is how servers run, they are refused.
   */
  modules?: Readonly<Record<string, string>>;
  /** Module exporting `getExperiment(slug)`; the catalogue by default. For tests. */
  catalogue?: string | URL;
}
