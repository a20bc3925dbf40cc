import { z } from "zod";
import { encodeFloats } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type OutputFile, type Row, type ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { writeSafetensors } from "../../../kit/safetensors.ts";
import type { NdArray } from "./attention-shapes.ts";
import { type AttentionSource, openSource } from "./attention-source.ts";
import { decaySlopes } from "./decay-slopes.ts";
import { lightningAttention } from "./lightning-attention.ts";
import { randomArray } from "./random-array.ts";

const options = z.object({
  decay: z
    .array(z.number().min(0).max(1000))
    .default([])
    .describe("Decay rate s of every head, one for all or a comma-separated list; by default the slopes below"),
  slopes: z
    .enum(["geometric", "linear", "none"])
    .default("geometric")
    .describe("Rates where --decay is not given: the released code's, those of the paper's text, or no decay"),
  layer: z.number().int().min(0).max(1000).default(0).describe("Layer for the slopes, counted from 0"),
  layers: z.number().int().min(1).max(1001).default(1).describe("Layers of the model, for the slopes"),
  blockSize: z.number().int().min(1).max(1024).default(64).describe("Rows of a block; changes rounding only"),
  chunk: z
    .number()
    .int()
    .min(1)
    .max(1_048_576)
    .default(8192)
    .describe("Tokens held in memory at a time; the state is carried from chunk to chunk"),
});

type Options = z.output<typeof options>;

/** Most numbers of q and v that are held at a time, whatever --chunk says. */
const maxChunk = 1 << 24;

function decayOf({ decay, slopes, layer, layers }: Options, heads: number, file: string): Float64Array {
  if (decay.length === 1) return new Float64Array(heads).fill(decay[0] ?? 0);
  if (decay.length > 0) {
    if (decay.length === heads) return Float64Array.from(decay);
    throw new BadInput(`${decay.length} rates are given and ${file} has ${heads} heads`, { where: "--decay" });
  }
  if (slopes === "none") return new Float64Array(heads);
  if (layer >= layers) throw new BadInput(`there is no layer ${layer} of ${layers}`, { where: "--layer" });
  return decaySlopes(heads, layer, layers, slopes);
}

/** Largest sizes met in the input. */
type Extent = Record<"q" | "k" | "v" | "state", number>;

/** Reads everything once before anything is written: values must be finite, and so must the results. */
async function checkValues(source: AttentionSource, rates: Float64Array, chunk: number, run: ToolRun): Promise<void> {
  const { n, d, sequences, heads, name } = source;
  const extent: Extent = { q: 0, k: 0, v: 0, state: 0 };
  for (let s = 0; s < sequences; s++) {
    for (let from = 0; from < n; from += chunk) {
      await run.breathe();
      run.progress((0.3 * (s + from / n)) / sequences, "checking the values");
      for (const role of ["q", "k", "v"] as const) {
        extent[role] = Math.max(extent[role], largest(await source.read(role, s, from, from + chunk)));
      }
    }
    if (source.hasState) extent.state = Math.max(extent.state, largest(await source.readState(s)));
  }
  const remembered = Array.from({ length: heads }, (_, h) => Math.min(n, 1 / (1 - Math.exp(-(rates[h] ?? 0)))));
  const state = extent.state + extent.k * extent.v * Math.max(...remembered);
  const greatest = Math.max(
    state,
    d * extent.q * extent.k,
    d * extent.q * state,
    extent.q * extent.k * extent.v * d * n,
  );
  if (greatest > 1e38) {
    throw new BadInput(
      `values up to ${extent.q.toPrecision(3)} in q, ${extent.k.toPrecision(3)} in k and ${extent.v.toPrecision(3)} in v can exceed single precision in the result`,
      { where: name, remedy: "Scale them down first." },
    );
  }
}

function largest(values: Float32Array): number {
  let size = 0;
  for (let i = 0; i < values.length; i++) size = Math.max(size, Math.abs(values[i] as number));
  return size;
}

/** Where results go, in the order out of every sequence, then all states. */
interface Results {
  out(values: Float32Array): Promise<void>;
  finish(states: readonly Float32Array[]): Promise<void>;
}

async function safetensorsResults(output: OutputFile, { leading, n, d, e }: AttentionSource): Promise<Results> {
  const file = await writeSafetensors(output, [
    { name: "out", dtype: "F32", shape: [...leading, n, e] },
    { name: "state", dtype: "F32", shape: [...leading, d, e] },
  ]);
  return {
    out: (values) => file.write(encodeFloats(values as Float32Array<ArrayBuffer>, "F32")),
    async finish(states) {
      for (const state of states) await file.write(encodeFloats(state as Float32Array<ArrayBuffer>, "F32"));
      await file.close();
    },
  };
}

/** Nests a flat list of numbers by the sizes of the outer axes. */
function nest(values: readonly number[], shape: readonly number[]): unknown {
  if (shape.length <= 1) return values;
  const [size = 1, ...rest] = shape;
  const step = values.length / size;
  return Array.from({ length: size }, (_, i) => nest(values.slice(i * step, (i + 1) * step), rest));
}

function jsonResults(output: OutputFile, { leading, n, d, e }: AttentionSource): Results {
  const out: number[] = [];
  return {
    async out(values) {
      for (const value of values) out.push(value);
    },
    async finish(states) {
      const state = states.flatMap((values) => [...values]);
      const document = { out: nest(out, [...leading, n, e]), state: nest(state, [...leading, d, e]) };
      await output.write(`${JSON.stringify(document)}\n`);
      await output.close();
    },
  };
}

/** Attends over one sequence chunk by chunk; memory does not grow with its length. */
async function attendSequence(
  source: AttentionSource,
  sequence: number,
  rate: number,
  { chunk, blockSize }: Options,
  emit: (values: Float32Array) => Promise<void>,
  progress: (share: number) => Promise<void>,
): Promise<{ state: Float32Array; squares: number }> {
  const { n, d, e } = source;
  let state: NdArray | undefined = source.hasState
    ? { data: await source.readState(sequence), shape: [d, e] }
    : undefined;
  let squares = 0;
  for (let from = 0; from < n; from += chunk) {
    const to = Math.min(n, from + chunk);
    await progress(from / n);
    const [q, k, v] = await Promise.all(
      (["q", "k", "v"] as const).map(async (role): Promise<NdArray> => {
        return { data: await source.read(role, sequence, from, to), shape: [to - from, role === "v" ? e : d] };
      }),
    );
    const result = lightningAttention(q as NdArray, k as NdArray, v as NdArray, rate, { blockSize, state });
    state = result.state;
    for (const value of result.out.data) squares += value * value;
    await emit(result.out.data);
  }
  return { state: (state as NdArray).data, squares }; // a sequence has at least one token
}

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));

export const attendTool = defineTool({
  name: "attend",
  summary:
    "Runs Lightning Attention over queries, keys and values from a file, in constant memory, and keeps the state.",
  inputs: [
    {
      name: "tensors",
      description:
        "Tensors q, k and v, [n, d] or [b, h, n, d], and optionally state, [d, e] or [b, h, d, e], to go on from",
      accepts: [".safetensors", ".json"],
    },
  ],
  options,
  example: "attend qkv.safetensors --decay 0.05 --out attended.safetensors",
  async sample() {
    const random = new Random(11);
    const rounded = (shape: number[]) => {
      const { data } = randomArray(random, shape);
      return nest(
        Array.from(data, (x) => Math.round(1000 * x) / 1000),
        shape,
      );
    };
    const shape = [1, 4, 48, 8];
    const content = JSON.stringify({ q: rounded(shape), k: rounded(shape), v: rounded(shape) });
    return { files: [{ input: "tensors", name: "qkv.json", content }], options: { chunk: 20 } };
  },
  async apply({ tensors: files = [] }, given, run) {
    const [file] = files;
    if (!file) throw new BadInput("no file of tensors was given");
    run.progress(0, `reading ${file.name}`);
    const source = await openSource(file);
    const { n, d, e, heads, sequences } = source;
    const rates = decayOf(given, heads, file.name);
    const chunk = Math.max(1, Math.min(given.chunk, Math.floor(maxChunk / (d + e))));
    await checkValues(source, rates, chunk, run);
    const name = source.json ? "attended.json" : "attended.safetensors";
    const output = await run.output(name, source.json ? "application/json" : "application/octet-stream");
    const results = source.json ? jsonResults(output, source) : await safetensorsResults(output, source);
    const states: Float32Array[] = [];
    const rows: Row[] = [];
    for (let s = 0; s < sequences; s++) {
      const rate = rates[s % heads] ?? 0;
      const { state, squares } = await attendSequence(
        source,
        s,
        rate,
        { ...given, chunk },
        results.out,
        async (share) => {
          await run.breathe();
          run.progress(0.3 + (0.7 * (s + share)) / sequences, `sequence ${s + 1} of ${sequences}`);
        },
      );
      states.push(state);
      if (rows.length < 64) {
        rows.push({
          batch: Math.floor(s / heads),
          head: s % heads,
          rate,
          half: rate > 0 ? Math.LN2 / rate : null,
          size: Math.sqrt(squares / (n * e)),
          state: norm(state),
        });
      }
    }
    await results.finish(states);
    run.table("heads", {
      title: sequences > rows.length ? `The first ${rows.length} of ${sequences} sequences` : "Every sequence",
      columns: [
        { key: "batch", label: "batch", digits: 0 },
        { key: "head", label: "head", digits: 0 },
        { key: "rate", label: "decay rate", digits: 5 },
        { key: "half", label: "half-life", unit: "tokens", digits: 1 },
        { key: "size", label: "root mean square of the output", digits: 4 },
        { key: "state", label: "norm of the state", digits: 4 },
      ],
      rows,
    });
    const memory = (4 * (Math.min(chunk, n) * (2 * d + 2 * e) + sequences * d * e)) / 1024;
    return {
      summary: `Attended over ${sequences} sequence${sequences === 1 ? "" : "s"} of ${n.toLocaleString("en")} tokens (d = ${d}, e = ${e}) with about ${memory.toFixed(0)} kB of tensors in memory.`,
    };
  },
});
