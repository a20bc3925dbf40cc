import { BadInput } from "../kit/errors.ts";
import { formatBytes } from "../kit/files.ts";
import type { OutputSink } from "./types.ts";

export interface MemoryOutput {
  name: string;
  mediaType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface MemorySink extends OutputSink {
  /** The outputs, in the order they were opened; empty until `commit`, and after `discard`. */
  readonly outputs: readonly MemoryOutput[];
}

interface Growing {
  name: string;
  mediaType: string;
  chunks: Uint8Array[];
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** Keeps outputs in memory; more than `maxBytes` in all (256 MB) is refused with `BadInput`. */
export function memorySink({ maxBytes = 256 << 20 }: { maxBytes?: number } = {}): MemorySink {
  let growing: Growing[] = [];
  let total = 0;
  const outputs: MemoryOutput[] = [];
  return {
    outputs,
    async open(name, mediaType) {
      if (growing.some((output) => output.name === name)) throw new Error(`the output ${name} was opened twice`);
      const output: Growing = { name, mediaType, chunks: [] };
      growing.push(output);
      return {
        async write(chunk) {
          total += chunk.byteLength;
          if (total > maxBytes) {
            throw new BadInput(`the outputs are larger than the limit of ${formatBytes(maxBytes)}`, {
              where: name,
              remedy: "Use a smaller input, or the command line.",
            });
          }
          output.chunks.push(chunk);
        },
        async close() {},
      };
    },
    async commit() {
      for (const { name, mediaType, chunks } of growing) outputs.push({ name, mediaType, bytes: joined(chunks) });
      growing = [];
    },
    async discard() {
      growing = [];
      outputs.length = 0;
    },
  };
}
