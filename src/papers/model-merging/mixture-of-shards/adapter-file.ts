import { z } from "zod";
import { encodeFloats, type FloatDtype } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import type { OutputFile } from "../../../kit/paper.ts";
import {
  readElements,
  readFloats,
  type Safetensors,
  type TensorSpec,
  tensorEntry,
  writeSafetensors,
} from "../../../kit/safetensors.ts";
import type { WeightLayout } from "./low-rank-adapter.ts";
import { MosAdapter } from "./mos-adapter.ts";
import { type MosConfig, mosConfig } from "./mos-config.ts";
import { drawRouting, type Routing, shardCounts } from "./routing.ts";

/** An adapter and the weight matrices of a checkpoint that its blocks 0, 1, … stand for. */
export interface NamedAdapter {
  adapter: MosAdapter;
  /** One name a block. */
  tensors: readonly string[];
  layout: WeightLayout;
}

export interface SaveOptions {
  dtype?: FloatDtype;
  /** False leaves the index tables out: they are drawn again from the seed. */
  tables?: boolean;
}

const format = "mixture-of-shards";

const groupSchema = z.object({
  tensors: z.array(z.string().min(1)).min(1),
  layout: z.enum(["out-in", "in-out"]),
  config: z.object({
    layers: z.number(),
    inDim: z.number(),
    outDim: z.number(),
    rank: z.number(),
    equivalentRank: z.number(),
    shardsPerVector: z.number(),
    privateRank: z.number(),
    subset: z.boolean(),
    dissociate: z.boolean(),
    repeats: z.enum(["when needed", "never"]),
    alpha: z.number(),
    seed: z.number(),
  }),
});

/** What the file says about every adapter beside its tensors; also the metadata that goes with it as JSON. */
export function describeAdapters(
  adapters: readonly NamedAdapter[],
): { tensors: readonly string[]; layout: WeightLayout; config: MosConfig }[] {
  return adapters.map(({ adapter, tensors, layout }) => ({ tensors, layout, config: adapter.config }));
}

/**
 * Writes adapters as one safetensors file: for adapter g the tensors `g.poolA` and `g.poolB` (shards × length), and
 * `g.indexA`, `g.indexB` (blocks × r × l, 32-bit integers); their settings stand in the metadata.
 */
export async function writeAdapters(
  output: OutputFile,
  adapters: readonly NamedAdapter[],
  { dtype = "F32", tables = true }: SaveOptions = {},
): Promise<void> {
  const parts = adapters.flatMap(({ adapter }, g) => adapterParts(adapter, g, dtype, tables));
  const writer = await writeSafetensors(
    output,
    parts.map(({ spec }) => spec),
    { format, adapters: JSON.stringify(describeAdapters(adapters)) },
  );
  for (const { bytes } of parts) await writer.write(bytes);
  await writer.close();
}

/** The same as bytes in memory. */
export async function adaptersToSafetensors(
  adapters: readonly NamedAdapter[],
  options: SaveOptions = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const output: OutputFile = {
    write: async (data) => {
      chunks.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
    },
    close: async () => {},
  };
  await writeAdapters(output, adapters, options);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

function adapterParts(
  { config, params, indexA, indexB }: MosAdapter,
  group: number,
  dtype: FloatDtype,
  tables: boolean,
): { spec: TensorSpec; bytes: Uint8Array }[] {
  const pools = Object.entries(params).map(([name, { data, shape }]) => ({
    spec: { name: `${group}.${name}`, dtype, shape },
    bytes: encodeFloats(new Float32Array(data), dtype),
  }));
  const { layers, rank, shardsPerVector, dissociate } = config;
  const kept: [string, readonly Int32Array[]][] = [["indexA", indexA]];
  if (dissociate) kept.push(["indexB", indexB]);
  const indices = (tables ? kept : []).map(([name, table]) => {
    const all = new Int32Array(layers * rank * shardsPerVector);
    for (const [k, rows] of table.entries()) all.set(rows, k * rank * shardsPerVector);
    const spec: TensorSpec = { name: `${group}.${name}`, dtype: "I32", shape: [layers, rank, shardsPerVector] };
    return { spec, bytes: new Uint8Array(all.buffer) };
  });
  return [...pools, ...indices];
}

/** Reads what `writeAdapters` wrote; whatever does not fit together is refused by file and tensor. */
export async function readAdapters(source: Safetensors): Promise<NamedAdapter[]> {
  const where = source.file.name;
  const { format: found, adapters: text = "" } = source.metadata;
  if (found !== format) {
    throw new BadInput("the file is not an adapter of shards", { where, remedy: "The train tool writes one." });
  }
  const groups = z.array(groupSchema).min(1).safeParse(parseJson(text, where));
  if (!groups.success) {
    const issue = groups.error.issues[0];
    throw new BadInput(
      `metadata adapters.${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "it does not fit"}`,
      {
        where,
      },
    );
  }
  const named: NamedAdapter[] = [];
  for (const [g, { tensors, layout, config: given }] of groups.data.entries()) {
    let config: MosConfig;
    try {
      config = mosConfig(given);
    } catch (error) {
      throw error instanceof BadInput ? new BadInput(error.message, { where: `${where}, adapter ${g}` }) : error;
    }
    if (tensors.length !== config.layers) {
      throw new BadInput(`it names ${tensors.length} tensors for ${config.layers} layers`, {
        where: `${where}, adapter ${g}`,
      });
    }
    const pools = {
      poolA: await readPool(source, `${g}.poolA`, config, config.inDim),
      poolB: await readPool(source, `${g}.poolB`, config, config.outDim),
    };
    named.push({ adapter: new MosAdapter(config, pools, await readRouting(source, g, config)), tensors, layout });
  }
  return named;
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput('the metadata "adapters" is not JSON', { where });
  }
}

function shardTotal(config: MosConfig): number {
  const { publicShards, privateShards } = shardCounts(config);
  return publicShards + config.layers * privateShards;
}

async function readPool(source: Safetensors, name: string, config: MosConfig, width: number): Promise<Float32Array> {
  const entry = tensorEntry(source, name);
  const where = `${source.file.name}, tensor "${name}"`;
  const shape = [shardTotal(config), width / config.shardsPerVector];
  if (entry.shape.join() !== shape.join()) {
    throw new BadInput(`the shape is [${entry.shape}] and the settings want [${shape}]`, { where });
  }
  const values = new Float32Array(await readFloats(source, entry));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new BadInput(`element ${bad} is ${values[bad]}, not a finite number`, { where });
  return values;
}

async function readRouting(source: Safetensors, group: number, config: MosConfig): Promise<Routing> {
  const hasTable = (name: string): boolean => source.tensors.has(`${group}.${name}`);
  if (!hasTable("indexA") && !hasTable("indexB")) return drawRouting(config);
  const indexA = await readTables(source, `${group}.indexA`, config);
  return { indexA, indexB: config.dissociate ? await readTables(source, `${group}.indexB`, config) : indexA };
}

async function readTables(source: Safetensors, name: string, config: MosConfig): Promise<Int32Array[]> {
  const { layers, rank, shardsPerVector } = config;
  const entry = tensorEntry(source, name);
  const where = `${source.file.name}, tensor "${name}"`;
  const shape = [layers, rank, shardsPerVector];
  if (entry.dtype !== "I32" || entry.shape.join() !== shape.join()) {
    throw new BadInput(`it is ${entry.dtype} [${entry.shape}] and I32 [${shape}] is wanted`, { where });
  }
  const bytes = await readElements(source, entry);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const all = Int32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
  const shards = shardTotal(config);
  const bad = all.findIndex((shard) => shard < 0 || shard >= shards);
  if (bad >= 0) throw new BadInput(`element ${bad} is ${all[bad]} and there are ${shards} shards`, { where });
  const size = rank * shardsPerVector;
  return Array.from({ length: layers }, (_, k) => all.slice(k * size, (k + 1) * size));
}
