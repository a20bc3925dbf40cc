import { type Dtype, dtypeBytes, encodeFloats, isFloatDtype } from "../../../kit/dtypes.ts";
import { type InputFile, memoryFile } from "../../../kit/files.ts";
import type { OutputFile } from "../../../kit/paper.ts";
import { openSafetensors, type Safetensors, type TensorSpec, writeSafetensors } from "../../../kit/safetensors.ts";

/** A tensor for a test: its values, and its shape where it is not a vector. */
export interface Sketch {
  name: string;
  values: readonly number[];
  dtype?: Dtype;
  shape?: number[];
}

/** An output in memory that counts how often it was opened and closed. */
export function memoryOutput() {
  const chunks: Uint8Array[] = [];
  const state = { opened: 0, closed: 0 };
  const output: OutputFile = {
    async write(data) {
      chunks.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
    },
    async close() {
      state.closed += 1;
    },
  };
  const bytes = async (): Promise<Uint8Array> => new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  return {
    state,
    open: async (): Promise<OutputFile> => {
      state.opened += 1;
      return output;
    },
    bytes,
    read: async (): Promise<Safetensors> => openSafetensors(memoryFile("merged.safetensors", await bytes())),
  };
}

/** A safetensors file with the given tensors; integers are written as their lowest byte. */
export async function sketchFile(
  name: string,
  tensors: readonly Sketch[],
  metadata: Record<string, string> = {},
): Promise<InputFile> {
  const out = memoryOutput();
  const specs = tensors.map(
    ({ name: tensor, values, dtype = "F32", shape = [values.length] }): TensorSpec => ({ name: tensor, dtype, shape }),
  );
  const writer = await writeSafetensors(await out.open(), specs, metadata);
  for (const { values, dtype = "F32" } of tensors) {
    if (isFloatDtype(dtype)) await writer.write(encodeFloats(Float64Array.from(values), dtype));
    else {
      const size = dtypeBytes[dtype];
      const bytes = new Uint8Array(values.length * size);
      for (const [i, value] of values.entries()) bytes[i * size] = value;
      await writer.write(bytes);
    }
  }
  await writer.close();
  return memoryFile(name, await out.bytes());
}

/** The same tensors in shards, `parts[i]` the shard of tensor i, and their index at the end. */
export async function sketchShards(
  tensors: readonly Sketch[],
  parts: readonly number[],
  stem = "model",
): Promise<InputFile[]> {
  const count = Math.max(...parts) + 1;
  const nameOf = (shard: number): string =>
    `${stem}-${String(shard + 1).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.safetensors`;
  const files: InputFile[] = [];
  const map: Record<string, string> = {};
  for (let shard = 0; shard < count; shard++) {
    const own = tensors.filter((_, i) => parts[i] === shard);
    for (const { name } of own) map[name] = nameOf(shard);
    files.push(await sketchFile(nameOf(shard), own, { format: "pt" }));
  }
  const used = files.filter(({ name }) => Object.values(map).includes(name));
  const index = memoryFile(
    `${stem}.safetensors.index.json`,
    JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }),
  );
  return [...used, index];
}
