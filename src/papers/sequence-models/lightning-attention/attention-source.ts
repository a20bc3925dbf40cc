import { BadInput } from "../../../kit/errors.ts";
import { type InputFile, readText } from "../../../kit/files.ts";
import { elementCount } from "../../../kit/nets/tree.ts";
import { openSafetensors, readFloats, type TensorEntry, tensorEntry } from "../../../kit/safetensors.ts";

export type Role = "q" | "k" | "v";

/** Queries, keys and values in a file, read a piece at a time. */
export interface AttentionSource {
  name: string;
  json: boolean;
  /** Leading axes: none, or [batch, heads]. */
  leading: number[];
  sequences: number;
  heads: number;
  n: number;
  d: number;
  e: number;
  hasState: boolean;
  /** Rows [from, to) of a sequence, cut at its end; finite. */
  read(role: Role, sequence: number, from: number, to: number): Promise<Float32Array>;
  /** The state a sequence starts from. */
  readState(sequence: number): Promise<Float32Array>;
}

const maxJson = 64 << 20;
const maxState = 64 << 20;
const maxWidth = 4096;

interface Raw {
  shape: number[];
  /** Elements [from, to) of the whole tensor. */
  read(from: number, to: number): Promise<Float32Array>;
}

/** Opens a file of tensors by its ending: JSON, else safetensors. */
export async function openSource(file: InputFile): Promise<AttentionSource> {
  const json = file.name.toLowerCase().endsWith(".json");
  const raw = json ? await readJson(file) : await readTensors(file);
  return checkedSource(file.name, json, raw);
}

async function readTensors(file: InputFile): Promise<Map<string, Raw>> {
  const source = await openSafetensors(file);
  const raw = new Map<string, Raw>();
  const add = (entry: TensorEntry) => {
    raw.set(entry.name, {
      shape: entry.shape,
      async read(from, to) {
        const values = new Float32Array(await readFloats(source, entry, from, to));
        refuseUnlessFinite(values, from, entry.shape, `${file.name}, tensor "${entry.name}"`);
        return values;
      },
    });
  };
  for (const role of ["q", "k", "v"]) add(tensorEntry(source, role));
  const state = source.tensors.get("state");
  if (state) add(state);
  return raw;
}

function refuseUnlessFinite(values: Float32Array, from: number, shape: readonly number[], where: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  let at = from + bad;
  const place: number[] = [];
  for (const size of [...shape].reverse()) {
    place.unshift(at % size);
    at = Math.floor(at / size);
  }
  throw new BadInput(`element [${place.join(", ")}] is ${values[bad]} in single precision`, { where });
}

async function readJson(file: InputFile): Promise<Map<string, Raw>> {
  const text = await readText(file, maxJson);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new BadInput("the file is not JSON", { where: file.name });
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new BadInput("the file is not a JSON object with q, k and v", { where: file.name });
  }
  const raw = new Map<string, Raw>();
  for (const name of ["q", "k", "v", "state"]) {
    const value = Object.hasOwn(document, name) ? (document as Record<string, unknown>)[name] : undefined;
    if (value === undefined) {
      if (name === "state") continue;
      const names = Object.keys(document).slice(0, 8).join(", ");
      throw new BadInput(`there is no "${name}"`, { where: file.name, remedy: `The names are ${names || "none"}.` });
    }
    const shape = shapeOf(value);
    const numbers: number[] = [];
    collect(value, shape, name, file.name, numbers);
    const data = Float32Array.from(numbers);
    refuseUnlessFinite(data, 0, shape, `${file.name}, ${name}`);
    raw.set(name, { shape, read: async (from, to) => data.slice(from, Math.min(to, data.length)) });
  }
  return raw;
}

/** Sizes along the first elements; the rest is compared with them. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let at = value; Array.isArray(at) && shape.length < 8; at = at[0]) shape.push(at.length);
  return shape;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? `the text "${value.slice(0, 40)}"` : String(value);
}

function collect(value: unknown, shape: readonly number[], place: string, file: string, into: number[]): void {
  const [size, ...rest] = shape;
  if (size === undefined) {
    if (typeof value !== "number") {
      throw new BadInput(`there is ${describe(value)} and a number is wanted`, { where: `${file}, ${place}` });
    }
    into.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== size) {
    throw new BadInput(`there is ${describe(value)} and a list of ${size} is wanted`, {
      where: `${file}, ${place}`,
    });
  }
  for (const [i, item] of value.entries()) collect(item, rest, `${place}[${i}]`, file, into);
}

function checkedSource(name: string, json: boolean, raw: Map<string, Raw>): AttentionSource {
  const tensor = (role: string): Raw => raw.get(role) as Raw; // q, k and v were asked for by both readers
  const refuse = (role: string, wanted: string): never => {
    throw new BadInput(`the shape is [${tensor(role).shape}] and ${wanted} is wanted`, { where: `${name}, ${role}` });
  };
  const shape = tensor("q").shape;
  if (shape.length !== 2 && shape.length !== 4) refuse("q", "[n, d] or [batch, heads, n, d]");
  if (shape.includes(0)) refuse("q", "no empty axis");
  const leading = shape.slice(0, -2);
  const [n = 0, d = 0] = shape.slice(-2);
  const e = tensor("v").shape.at(-1) ?? 0;
  if (String(tensor("k").shape) !== String(shape)) refuse("k", `that of q, [${shape}],`);
  if (String(tensor("v").shape) !== String([...leading, n, e]) || e === 0) refuse("v", `[${[...leading, n, "e"]}]`);
  if (Math.max(d, e) > maxWidth) {
    throw new BadInput(`rows have ${Math.max(d, e)} numbers; the limit is ${maxWidth}`, { where: name });
  }
  const hasState = raw.has("state");
  if (hasState && String(tensor("state").shape) !== String([...leading, d, e]))
    refuse("state", `[${[...leading, d, e]}]`);
  const sequences = elementCount(leading);
  if (sequences * d * e * 4 > maxState) {
    throw new BadInput(
      `the states of ${sequences} sequences of ${d} × ${e} take more than the limit of ${maxState >> 20} MB`,
      {
        where: name,
        remedy: "Split the heads over several files.",
      },
    );
  }
  return {
    name,
    json,
    leading,
    sequences,
    heads: leading[1] ?? 1,
    n,
    d,
    e,
    hasState,
    read(role, sequence, from, to) {
      const width = role === "v" ? e : d;
      return tensor(role).read((sequence * n + from) * width, (sequence * n + Math.min(to, n)) * width);
    },
    readState: (sequence) => tensor("state").read(sequence * d * e, (sequence + 1) * d * e),
  };
}
