import type { z } from "zod";
import { type InputFile, memoryFile } from "./files.ts";
import type {
  Chart,
  Claim,
  ParamSchema,
  Run,
  RunEvent,
  Scale,
  Table,
  Tool,
  ToolInput,
  ToolRun,
  Verdict,
} from "./paper.ts";
import { claimParams, parseParams } from "./params.ts";
import { createRun, createToolRun } from "./run.ts";

/** What a test run left behind: the last state of every table and chart, notes, and the raw events. */
export interface Recorded {
  events: RunEvent[];
  tables: Record<string, Table>;
  charts: Record<string, Chart>;
  notes: string[];
}

function recorder(): Recorded & { emit(event: RunEvent): void } {
  const recorded: Recorded = { events: [], tables: {}, charts: {}, notes: [] };
  return {
    ...recorded,
    emit(event) {
      recorded.events.push(event);
      if (event.type === "table") recorded.tables[event.name] = event;
      if (event.type === "chart") recorded.charts[event.name] = event;
      if (event.type === "note") recorded.notes.push(event.markdown);
    },
  };
}

/** A run for a method's own tests. */
export function testRun({ seed = 1, scale = "quick" as Scale } = {}): { run: Run; recorded: Recorded } {
  const recorded = recorder();
  return { run: createRun({ seed, scale, emit: recorded.emit }), recorded };
}

/** Runs a claim in this process, as a reader would with these parameters. */
export async function runClaim<S extends ParamSchema>(
  claim: Claim<S>,
  { seed = 1, scale = "quick" as Scale, params = {} as Partial<z.input<S>> } = {},
): Promise<Recorded & { verdict: Verdict }> {
  const recorded = recorder();
  const run = createRun({ seed, scale, emit: recorded.emit });
  const verdict = await claim.reproduce(claimParams(claim, scale, params) as z.output<S>, run);
  return { ...recorded, verdict };
}

/** Files for a tool from text or bytes: `{ scores: { "a.csv": "…" } }`. */
export function toolInput(files: Record<string, Record<string, string | Uint8Array> | InputFile[]>): ToolInput {
  return Object.fromEntries(
    Object.entries(files).map(([role, named]) => [
      role,
      Array.isArray(named) ? named : Object.entries(named).map(([name, content]) => memoryFile(name, content)),
    ]),
  );
}

export interface Applied extends Recorded {
  summary: string;
  /** Every output by name, whole. */
  outputs: Record<string, Uint8Array>;
  text(name: string): string;
}

/** Applies a tool in this process to files in memory. */
export async function applyTool<S extends ParamSchema>(
  tool: Tool<S>,
  input: ToolInput,
  options: Partial<z.input<S>> = {},
  { seed = 1, modules = {} as ToolRun["modules"], outputs = {} as Record<string, Uint8Array> } = {},
): Promise<Applied> {
  const recorded = recorder();
  const open: ToolRun["output"] = async (name) => {
    const chunks: Uint8Array[] = [];
    return {
      async write(data) {
        chunks.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
      },
      async close() {
        outputs[name] = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
      },
    };
  };
  const run = createToolRun({ seed, scale: "full", emit: recorded.emit }, open, modules);
  const complete: ToolInput = Object.fromEntries(tool.inputs.map((spec) => [spec.name, input[spec.name] ?? []]));
  const parsed = parseParams(tool.options, options) as z.output<S>;
  const { summary } = await tool.apply(complete, parsed, run);
  return { ...recorded, summary, outputs, text: (name) => new TextDecoder().decode(outputs[name] ?? new Uint8Array()) };
}

/** Applies a tool to its own sample. */
export async function applySample<S extends ParamSchema>(tool: Tool<S>): Promise<Applied> {
  const sample = await tool.sample();
  const input: Record<string, InputFile[]> = {};
  for (const file of sample.files) {
    const role = input[file.input] ?? [];
    role.push(memoryFile(file.name, file.content));
    input[file.input] = role;
  }
  return applyTool(tool, input, sample.options ?? {});
}
