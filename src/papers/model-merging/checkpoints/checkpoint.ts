import { BadInput } from "../../../kit/errors.ts";
import { type InputFile, readText } from "../../../kit/files.ts";
import { openSafetensors, type Safetensors, type TensorEntry } from "../../../kit/safetensors.ts";
import { joinShards, parseIndex, type ShardIndex } from "./shards.ts";

/**
 * The weights of one model: a safetensors file, or several shards and their index read as one. A shared tensor that a file
 * holds once, and whose other name its metadata maps to the name that is there (as `safetensors.torch.save_model` writes
 * it), answers to both names.
 */
export interface Checkpoint extends Safetensors {
  /** The file that a tensor lies in, for messages; without it the checkpoint is one file. */
  fileOf?: (tensor: string) => string;
}

const maxIndexBytes = 64 << 20;

/** "model-00001-of-00002.safetensors, tensor "x"": the place a message should name. */
export function tensorPlace({ file, fileOf }: Checkpoint, tensor: string): string {
  return `${fileOf?.(tensor) ?? file.name}, tensor "${tensor}"`;
}

/** The tensor of a name, also where the file keeps it under the other name of a tied pair. */
export function entryOf({ tensors, metadata }: Checkpoint, name: string): TensorEntry | undefined {
  const twin = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
  return tensors.get(name) ?? (twin === undefined ? undefined : tensors.get(twin));
}

const isIndex = (file: InputFile): boolean => /\.json$/i.test(file.name);
const renamed = (file: InputFile, name: string): InputFile => ({
  name,
  size: file.size,
  seekable: file.seekable,
  stream: () => file.stream(),
  slice: (start, end) => file.slice(start, end),
});

/** Files of the same name (model.safetensors in several folders) get a number, so that messages can tell them apart. */
function distinct(files: readonly InputFile[]): InputFile[] {
  const seen = new Map<string, number>();
  return files.map((file) => {
    const count = (seen.get(file.name) ?? 0) + 1;
    seen.set(file.name, count);
    return count === 1 ? file : renamed(file, `${file.name} (${count})`);
  });
}

/**
 * Opens the checkpoints among the files of one role, in their order. A `*.safetensors.index.json` takes the shards it
 * names out of the other files, the first of that name that is not taken yet; each file that is left is a checkpoint.
 */
export async function openCheckpoints(files: readonly InputFile[]): Promise<Checkpoint[]> {
  const labels = distinct(files);
  const taken = new Set<number>();
  const groups: { at: number; index: ShardIndex; shards: Map<string, InputFile> }[] = [];
  for (const [at, file] of files.entries()) {
    if (!isIndex(file)) continue;
    const label = labels[at] ?? file;
    const index = parseIndex(await readText(file, maxIndexBytes), label.name);
    const shards = new Map<string, InputFile>();
    for (const shard of index.shards) {
      const found = files.findIndex((other, i) => other.name === shard && !taken.has(i));
      const source = labels[found];
      if (!source) {
        throw new BadInput(`the shard ${shard} is missing`, {
          where: label.name,
          remedy: "Give all shards that the index names beside it.",
        });
      }
      taken.add(found);
      shards.set(shard, source);
    }
    groups.push({ at, index, shards });
  }
  const checkpoints: Checkpoint[] = [];
  for (const [at, file] of labels.entries()) {
    const group = groups.find((candidate) => candidate.at === at);
    if (group) checkpoints.push(await joinShards(group.index, group.shards));
    else if (!taken.has(at)) checkpoints.push(await openSafetensors(file));
  }
  return checkpoints;
}

/** Opens files that make up one checkpoint. */
export async function openCheckpoint(files: readonly InputFile[], role: string): Promise<Checkpoint> {
  const [checkpoint, second] = await openCheckpoints(files);
  if (checkpoint && !second) return checkpoint;
  throw new BadInput(
    checkpoint ? "there is more than one checkpoint and one is wanted" : "there is no checkpoint and one is wanted",
    { where: `--${role}`, remedy: "Shards count as one when their *.safetensors.index.json is given with them." },
  );
}

/** The same checkpoint with a word behind its file's name in messages, where two roles were given files of one name. */
export function labelled(checkpoint: Checkpoint, label: string): Checkpoint {
  const { file, fileOf } = checkpoint;
  const places = fileOf ? { fileOf: (tensor: string) => `${fileOf(tensor)} (${label})` } : {};
  return { ...checkpoint, file: renamed(file, `${file.name} (${label})`), ...places };
}

/** "It looks like one shard of 3 …" for a file that is named like a shard and stands alone; else "". */
export function shardHint({ file, fileOf }: Checkpoint): string {
  const count = /-\d{5}-of-0*(\d+)\.safetensors/.exec(file.name)?.[1];
  if (fileOf || count === undefined) return "";
  return `It is named like one shard of ${count}: give all of them and their *.safetensors.index.json to read them as one checkpoint.`;
}
