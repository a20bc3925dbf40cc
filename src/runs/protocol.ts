import { BadInput, Cancelled } from "../kit/errors.ts";
import type { RunEvent } from "../kit/paper.ts";
import type { Job, JobFiles, Outcome } from "./types.ts";

/** One end of a message channel: a worker's, or its owner's. Messages survive structured cloning. */
export interface Port {
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  onMessage(handler: (message: unknown) => void): void;
}

/** Why a worker is no more. */
export type WorkerEnd = { reason: "memory"; limitMb: number } | { reason: "error"; message: string; stack?: string };

/** A worker as its owner sees it. */
export interface WorkerHandle extends Port {
  /** Called once, when the worker dies without being asked to. */
  onEnd(handler: (end: WorkerEnd) => void): void;
  /** What the worker's code prints, where that can be caught. */
  onPrint?(handler: (text: string) => void): void;
  /** Ends the worker, whatever it is doing. */
  terminate(): Promise<unknown>;
}

/** What a run's worker asks of its owner; every request is answered by a `Reply` of the same id. */
export type Request =
  | { do: "open"; name: string; mediaType: string; live: boolean }
  | { do: "write"; output: number; chunk: Uint8Array }
  | { do: "close"; output: number }
  | { do: "read" };

export interface Reply {
  type: "reply";
  id: number;
  value?: unknown;
  error?: WireError;
}

export type ToWorker =
  | { type: "run"; job: Job; files: JobFiles; workers: number }
  | { type: "trial"; id: number; slug: string; trial: string; input: unknown; index: number; seed: number }
  | Reply;

export type FromWorker =
  | { type: "event"; event: RunEvent }
  | { type: "request"; id: number; request: Request }
  | { type: "log"; message: string; stack?: string }
  | { type: "outcome"; outcome: Outcome }
  | Reply;

/** An error as it crosses between threads, where classes are lost. */
export interface WireError {
  name: string;
  message: string;
  stack?: string;
  code?: string;
}

/** A limit on time, memory or size stopped the run; the message says which. */
export class LimitReached extends Error {
  override readonly name = "LimitReached";
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(typeof code === "string" ? { code } : {}),
  };
}

export function fromWire(wire: WireError): Error {
  if (wire.name === "BadInput") return new BadInput(wire.message);
  if (wire.name === "Cancelled") return new Cancelled(wire.message);
  if (wire.name === "LimitReached") return new LimitReached(wire.message);
  const error = new Error(wire.message);
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return wire.code === undefined ? error : Object.assign(error, { code: wire.code });
}

/** "The run needed more than 1024 MB of memory and was stopped." */
export function memoryMessage(limitMb: number): string {
  return `The run needed more than ${limitMb} MB of memory and was stopped.`;
}

/** "The run took longer than 10 minutes and was stopped." */
export function timeMessage(limitMs: number): string {
  const units: [number, string][] = [
    [60_000, "minute"],
    [1000, "second"],
    [1, "millisecond"],
  ];
  const [size, unit] = units.find(([ms]) => limitMs >= ms && limitMs % ms === 0) ?? [1, "millisecond"];
  const count = limitMs / size;
  return `The run took longer than ${count} ${unit}${count === 1 ? "" : "s"} and was stopped.`;
}
