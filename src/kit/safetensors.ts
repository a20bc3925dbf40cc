import {
  type Dtype,
  decodeFloats,
  dtypeBytes,
  encodeFloats,
  type FloatArray,
  isDtype,
  isFloatDtype,
} from "./dtypes.ts";
import { BadInput } from "./errors.ts";
import { formatBytes, type InputFile, memoryFile, readBytes } from "./files.ts";
import { elementCount, type ParamTree } from "./nets/tree.ts";
import type { OutputFile } from "./paper.ts";

export interface TensorSpec {
  name: string;
  dtype: Dtype;
  shape: number[];
}

/** A tensor of an open file; `start` and `end` are byte positions in the file. */
export interface TensorEntry extends TensorSpec {
  start: number;
  end: number;
}

/** An open file of weights: its header is read and checked, its tensors are read when asked for. */
export interface Safetensors {
  file: InputFile;
  /** In the order in which they lie in the file. */
  tensors: ReadonlyMap<string, TensorEntry>;
  metadata: Record<string, string>;
}

/** The format's own limit. */
const maxHeader = 100_000_000;
const maxRank = 16;
/** Largest file without random access (standard input) that is taken into memory. */
const maxUnseekable = 256 << 20;

/**
 * Opens a `.safetensors` file: 8 bytes of header length (little-endian), a JSON header, then the tensors' bytes without
 * gaps. Refused, with file and tensor: truncated files and trailing bytes, headers above 100 MB, unknown types, shapes that
 * do not fit their bytes, tensors that overlap or leave holes.
 */
export async function openSafetensors(input: InputFile): Promise<Safetensors> {
  const file = input.seekable ? input : memoryFile(input.name, await readBytes(input, maxUnseekable));
  const size = file.size ?? 0;
  const where = file.name;
  if (size < 8) throw new BadInput(`the file has ${size} bytes and a safetensors file has at least 8`, { where });
  const prefix = await file.slice(0, 8);
  const announced = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (announced > BigInt(maxHeader)) {
    throw new BadInput(`the header claims ${announced} bytes; the limit is ${formatBytes(maxHeader)}`, {
      where,
      remedy: "Is it a safetensors file?",
    });
  }
  const dataStart = 8 + Number(announced);
  if (dataStart > size) {
    throw new BadInput(`the file ends after ${size} bytes, inside its header of ${announced} bytes`, { where });
  }
  const header = parseHeader(await file.slice(8, dataStart), where);
  const { metadata, entries } = readEntries(header, dataStart, where);
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  checkLayout(entries, dataStart, size, where);
  return { file, metadata, tensors: new Map(entries.map((entry) => [entry.name, entry])) };
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new BadInput("the header is not JSON", { where, remedy: "Is it a safetensors file?" });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new BadInput("the header is not a JSON object", { where });
  }
  return header as Record<string, unknown>;
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntries(
  header: Record<string, unknown>,
  dataStart: number,
  where: string,
): { metadata: Record<string, string>; entries: TensorEntry[] } {
  const metadata: Record<string, string> = {};
  const entries: TensorEntry[] = [];
  for (const [name, raw] of Object.entries(header)) {
    if (typeof raw !== "object" || raw === null) throw new BadInput(`the entry "${name}" is not an object`, { where });
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(raw)) {
        if (typeof value !== "string") throw new BadInput(`the metadata "${key}" is not text`, { where });
        if (key !== "__proto__") metadata[key] = value;
      }
      continue;
    }
    entries.push(readEntry(name, raw, dataStart, where));
  }
  return { metadata, entries };
}

function readEntry(name: string, raw: object, dataStart: number, file: string): TensorEntry {
  const where = `${file}, tensor "${name.slice(0, 200)}"`;
  if (name === "__proto__") throw new BadInput("a tensor cannot have this name", { where });
  const { dtype, shape, data_offsets: offsets } = raw as Record<string, unknown>;
  if (!isDtype(dtype)) {
    const known = Object.keys(dtypeBytes).join(", ");
    throw new BadInput(`the type ${JSON.stringify(dtype) ?? "(none)"} is not one of ${known}`, { where });
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) throw new BadInput("the shape is not a list of sizes", { where });
  if (shape.length > maxRank)
    throw new BadInput(`the shape has ${shape.length} axes; the limit is ${maxRank}`, { where });
  const [begin, end, ...more] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  if (!isSize(begin) || !isSize(end) || more.length > 0 || end < begin) {
    throw new BadInput("data_offsets are not two positions in order", { where });
  }
  const wanted = elementCount(shape) * dtypeBytes[dtype];
  if (end - begin !== wanted) {
    throw new BadInput(`the shape [${shape}] of ${dtype} takes ${wanted} bytes and data_offsets span ${end - begin}`, {
      where,
    });
  }
  return { name, dtype, shape, start: dataStart + begin, end: dataStart + end };
}

function checkLayout(entries: readonly TensorEntry[], dataStart: number, size: number, file: string): void {
  let at = dataStart;
  for (const entry of entries) {
    const where = `${file}, tensor "${entry.name}"`;
    if (entry.end > size) {
      throw new BadInput(`the file ends after ${size} bytes and the tensor after ${entry.end}; it is cut short`, {
        where,
      });
    }
    if (entry.start < at) throw new BadInput("the tensor overlaps the one before it", { where });
    if (entry.start > at) throw new BadInput(`there are ${entry.start - at} unused bytes before the tensor`, { where });
    at = entry.end;
  }
  if (at !== size) throw new BadInput(`there are ${size - at} bytes after the last tensor`, { where: file });
}

/** The tensor of a name; an unknown one is refused with some of the names there are. */
export function tensorEntry({ file, tensors }: Safetensors, name: string): TensorEntry {
  const entry = tensors.get(name);
  if (entry) return entry;
  const known = [...tensors.keys()];
  const shown = `${known.slice(0, 8).join(", ")}${known.length > 8 ? `, … (${known.length})` : ""}`;
  throw new BadInput(`there is no tensor "${name}"`, {
    where: file.name,
    remedy: known.length > 0 ? `The tensors are ${shown}.` : "The file has no tensors.",
  });
}

/** Bytes of the elements [from, to) of a tensor. */
export async function readElements(
  { file }: Safetensors,
  { name, dtype, start, end }: TensorEntry,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const size = dtypeBytes[dtype];
  const [first, last] = [start + from * size, Math.min(end, start + to * size)];
  const bytes = last > first ? await file.slice(first, last) : new Uint8Array(0);
  if (bytes.byteLength !== Math.max(0, last - first)) {
    throw new BadInput("the file changed or ended while it was read", { where: `${file.name}, tensor "${name}"` });
  }
  return bytes;
}

/** The elements [from, to) of a tensor as numbers; refuses types that are not floating-point. */
export async function readFloats(
  source: Safetensors,
  entry: TensorEntry,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): Promise<FloatArray> {
  const { dtype, name } = entry;
  if (!isFloatDtype(dtype)) {
    throw new BadInput(`the type is ${dtype} and one of F64, F32, F16, BF16 is wanted`, {
      where: `${source.file.name}, tensor "${name}"`,
    });
  }
  return decodeFloats(await readElements(source, entry, from, to), dtype);
}

/**
 * All floating-point tensors of a file as a tree of 32-bit floats, or those that `select` names, which must be
 * floating-point. `maxParameters` bounds memory; values must be finite.
 */
export async function readTree(
  source: Safetensors,
  { maxParameters = 100_000_000, select = ({ dtype }: TensorEntry): boolean => isFloatDtype(dtype) } = {},
): Promise<ParamTree> {
  const wanted = [...source.tensors.values()].filter(select);
  const total = wanted.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  if (total > maxParameters) {
    throw new BadInput(
      `${total.toLocaleString("en")} parameters are wanted in memory; the limit is ${maxParameters.toLocaleString("en")}`,
      {
        where: source.file.name,
      },
    );
  }
  const tree: ParamTree = {};
  for (const entry of wanted) {
    const values = await readFloats(source, entry);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new BadInput(`element ${bad} is ${values[bad]}, not a finite number`, {
        where: `${source.file.name}, tensor "${entry.name}"`,
        remedy: "The model has diverged or the file is damaged.",
      });
    }
    tree[entry.name] = { data: new Float32Array(values), shape: [...entry.shape] };
  }
  return tree;
}

/** Header length, header padded with spaces to a multiple of 8, for tensors in the given order. */
function headerBytes(tensors: readonly TensorSpec[], metadata: Record<string, string>): Uint8Array {
  let at = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = at;
    at += elementCount(shape) * dtypeBytes[dtype];
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const top = Object.keys(metadata).length > 0 ? [["__metadata__", metadata] as const] : [];
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...top, ...entries])));
  const length = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

/** Writes a file tensor by tensor. */
export interface SafetensorsWriter {
  /** The next bytes, in the order of the tensors; a tensor may come in any number of pieces. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the file; throws when bytes are missing. */
  close(): Promise<void>;
}

/** Writes the header and takes the tensors' bytes from there. Names must differ. */
export async function writeSafetensors(
  output: OutputFile,
  tensors: readonly TensorSpec[],
  metadata: Record<string, string> = {},
): Promise<SafetensorsWriter> {
  if (new Set(tensors.map(({ name }) => name)).size !== tensors.length) throw new Error("two tensors share a name");
  let left = tensors.reduce((sum, { shape, dtype }) => sum + elementCount(shape) * dtypeBytes[dtype], 0);
  await output.write(headerBytes(tensors, metadata));
  return {
    async write(bytes) {
      left -= bytes.byteLength;
      if (left < 0) throw new Error(`${-left} bytes more than the header announces`);
      await output.write(bytes);
    },
    async close() {
      if (left > 0) throw new Error(`${left} bytes fewer than the header announces`);
      await output.close();
    },
  };
}

/** A whole tree as the bytes of a safetensors file of F32. */
export function treeToSafetensors(tree: ParamTree, metadata: Record<string, string> = {}): Uint8Array<ArrayBuffer> {
  const specs = Object.entries(tree).map(([name, { shape }]): TensorSpec => ({ name, dtype: "F32", shape }));
  const parts = [headerBytes(specs, metadata)];
  for (const { data } of Object.values(tree)) parts.push(encodeFloats(new Float32Array(data), "F32"));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
