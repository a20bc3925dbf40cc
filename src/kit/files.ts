import { BadInput } from "./errors.ts";

/** A file of the reader, wherever it lives: a path, a dropped file, pasted text or standard input. */
export interface InputFile {
  readonly name: string;
  /** Bytes; undefined when it is not known before the end (standard input). */
  readonly size: number | undefined;
  /** The bytes in order. A stream that is not seekable can be read once. */
  stream(): AsyncIterable<Uint8Array>;
  /** Bytes [start, end). Only where `seekable`. */
  slice(start: number, end: number): Promise<Uint8Array>;
  readonly seekable: boolean;
}

/** A file whose bytes are in memory. */
export function memoryFile(name: string, content: string | Uint8Array): InputFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    name,
    size: bytes.byteLength,
    seekable: true,
    async *stream() {
      const step = 1 << 20;
      for (let at = 0; at < bytes.byteLength; at += step) yield bytes.subarray(at, at + step);
    },
    slice: async (start, end) => bytes.subarray(start, end),
  };
}

/** A dropped or chosen file of the browser; also any Blob. */
export function blobFile(name: string, blob: Blob): InputFile {
  return {
    name,
    size: blob.size,
    seekable: true,
    async *stream() {
      const step = 1 << 20;
      for (let at = 0; at < blob.size; at += step) yield new Uint8Array(await blob.slice(at, at + step).arrayBuffer());
    },
    slice: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

/** Readable size: 1536 → "1.5 kB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes > 0 ? Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024))) : 0;
  const scaled = bytes / 1024 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
}

/** All bytes of a file, refusing one larger than `limit` before or while it is read. */
export async function readBytes(file: InputFile, limit: number): Promise<Uint8Array> {
  const tooBig = () =>
    new BadInput(`the file is larger than the limit of ${formatBytes(limit)}`, {
      where: file.name,
      remedy: "Use a smaller file, or a tool that streams.",
    });
  if (file.size !== undefined && file.size > limit) throw tooBig();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of file.stream()) {
    total += chunk.byteLength;
    if (total > limit) throw tooBig();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function decodeError(file: InputFile): BadInput {
  return new BadInput("the file is not UTF-8 text", { where: file.name, remedy: "Save it as UTF-8 and try again." });
}

/** The whole file as UTF-8 text without byte-order mark; refuses binary files, and empty ones unless `allowEmpty`. */
export async function readText(file: InputFile, limit: number, { allowEmpty = false } = {}): Promise<string> {
  const bytes = await readBytes(file, limit);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw decodeError(file);
  }
  if (text.includes("\0")) throw decodeError(file);
  if (!allowEmpty && text.trim() === "") throw new BadInput("the file is empty", { where: file.name });
  return text;
}

/** Lines of a text file as they stream in, without line ends, numbered from 1. `maxLine` bounds memory. */
export async function* readLines(
  file: InputFile,
  { maxLine = 16 << 20 } = {},
): AsyncGenerator<{ line: string; number: number }> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const guard = (text: string): string => {
    if (text.includes("\0")) throw decodeError(file);
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  };
  const decode = (bytes: Uint8Array | undefined): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw decodeError(file);
    }
  };
  let rest = "";
  let number = 0;
  for await (const chunk of file.stream()) {
    const parts = (rest + decode(chunk)).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) yield { line: guard(part), number: ++number };
    if (rest.length > maxLine) {
      throw new BadInput(`a line is longer than ${formatBytes(maxLine)}`, {
        where: `${file.name}, line ${number + 1}`,
      });
    }
  }
  rest += decode(undefined);
  if (rest !== "") yield { line: guard(rest), number: number + 1 };
}
