import { z } from "zod";
import { dtypeBytes } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { openSafetensors, type Safetensors, type TensorEntry } from "../../../kit/safetensors.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** A parsed `*.safetensors.index.json`. */
export interface ShardIndex {
  /** The index file's own name. */
  name: string;
  /** Shard file by tensor. */
  weightMap: ReadonlyMap<string, string>;
  /** Shard files in the order in which they are first named. */
  shards: string[];
}

const document = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Reads the text of an index; `name` is the file's, for messages. */
export function parseIndex(text: string, name: string): ShardIndex {
  let parsed: ReturnType<typeof document.safeParse>;
  try {
    parsed = document.safeParse(JSON.parse(text));
  } catch {
    throw new BadInput("the file is not valid JSON", { where: name });
  }
  if (!parsed.success) {
    throw new BadInput('there is no "weight_map" from tensors to shard files', {
      where: name,
      remedy: 'An index reads {"weight_map": {"layer.weight": "model-00001-of-00002.safetensors"}}.',
    });
  }
  const weightMap = new Map(Object.entries(parsed.data.weight_map));
  if (weightMap.size === 0) throw new BadInput('the "weight_map" is empty', { where: name });
  return { name, weightMap, shards: [...new Set(weightMap.values())] };
}

/** Opens the shards of an index and checks that they hold exactly the tensors that it lists. */
export async function joinShards(index: ShardIndex, files: ReadonlyMap<string, InputFile>): Promise<Checkpoint> {
  const parts: { shard: Safetensors; offset: number }[] = [];
  const entries: TensorEntry[] = [];
  const places = new Map<string, string>();
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const name of index.shards) {
    const file = files.get(name);
    if (!file) throw new BadInput(`the shard ${name} is missing`, { where: index.name });
    const shard = await openSafetensors(file);
    checkShard(index, name, shard);
    for (const entry of shard.tensors.values()) {
      entries.push({ ...entry, start: size + entry.start, end: size + entry.end });
      places.set(entry.name, file.name);
    }
    for (const [key, value] of Object.entries(shard.metadata)) metadata[key] ??= value;
    parts.push({ shard, offset: size });
    size += shard.file.size ?? 0;
  }
  // As the format's own writer lays files out: wide types first, so that no tensor of the joined file lies askew.
  entries.sort((a, b) => dtypeBytes[b.dtype] - dtypeBytes[a.dtype]);
  return {
    file: joinedFile(index.name, parts, size),
    metadata,
    tensors: new Map(entries.map((entry) => [entry.name, entry])),
    fileOf: (tensor) => places.get(tensor) ?? index.name,
  };
}

function checkShard({ name: indexName, weightMap }: ShardIndex, name: string, shard: Safetensors): void {
  for (const tensor of shard.tensors.keys()) {
    const listed = weightMap.get(tensor);
    if (listed === name) continue;
    throw new BadInput(
      listed === undefined ? `${indexName} does not list the tensor` : `${indexName} says it lies in ${listed}`,
      {
        where: `${shard.file.name}, tensor "${tensor}"`,
        remedy: "Are shards and index of the same checkpoint?",
      },
    );
  }
  for (const [tensor, place] of weightMap) {
    if (place !== name || shard.tensors.has(tensor)) continue;
    throw new BadInput(`the tensor is missing; ${indexName} says it lies here`, {
      where: `${shard.file.name}, tensor "${tensor}"`,
      remedy: "Are shards and index of the same checkpoint?",
    });
  }
}

/** The shards one behind the other as one file. A tensor lies in one shard, so that no read crosses a seam. */
function joinedFile(name: string, parts: readonly { shard: Safetensors; offset: number }[], size: number): InputFile {
  return {
    name,
    size,
    seekable: true,
    async *stream() {
      for (const { shard } of parts) yield* shard.file.stream();
    },
    async slice(start, end) {
      const part = parts.findLast(({ offset }) => offset <= start);
      return part ? part.shard.file.slice(start - part.offset, end - part.offset) : new Uint8Array(0);
    },
  };
}
