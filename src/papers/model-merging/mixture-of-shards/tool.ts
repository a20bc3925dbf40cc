import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { formatBytes } from "../../../kit/files.ts";
import { elementCount } from "../../../kit/nets/tree.ts";
import { defineTool, type Row, type ToolResult, type ToolRun } from "../../../kit/paper.ts";
import { openSafetensors } from "../../../kit/safetensors.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoints/checkpoint.ts";
import { checkpointEndings, dryRun, tensorTable } from "../checkpoints/report.ts";
import { describeAdapters, type NamedAdapter, readAdapters, writeAdapters } from "./adapter-file.ts";
import { adapterTargets, mergeAdapter } from "./merge-adapter.ts";
import { type Options, options, type Prepared, prepare } from "./preparation.ts";
import { wristToAnkle, wristWithAdapter } from "./sample.ts";
import { servingMemory } from "./serving-memory.ts";
import { accuracyOn, namedAdapters, type Trained, trainAll } from "./training.ts";

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Bytes of one user's adapter as the options ask for it. */
function bytesOf({ adapters }: Trained, { dtype, tables }: Options): number {
  return total(adapters.map((adapter) => adapter.storageBytes(dtype, { countIndices: tables })));
}

function report(
  { groups, configs, model, parts, baseParameters }: Prepared,
  trained: readonly Trained[],
  given: Options,
  run: ToolRun,
): void {
  run.table("groups", {
    title: "Pools: one for every shape of linear layer",
    columns: [
      { key: "layers", label: "weight matrices" },
      { key: "shape", label: "outputs × inputs" },
      { key: "e", label: "e" },
      { key: "r", label: "r" },
      { key: "l", label: "l" },
      { key: "p", label: "p" },
      { key: "parameters", label: "trained numbers" },
    ],
    rows: groups.map(({ tensors, inDim, outDim }, g): Row => {
      const config = configs[g];
      return {
        layers: tensors.join(", "),
        shape: `${outDim} × ${inDim}`,
        e: config?.equivalentRank ?? null,
        r: config?.rank ?? null,
        l: config?.shardsPerVector ?? null,
        p: config?.privateRank ?? null,
        parameters: trained[0]?.adapters[g]?.trainableCount ?? null,
      };
    }),
  });
  const memoryRow = (name: string, bytes: number, parameters: number, lr: number | null, accuracy: number): Row => ({
    adapter: name,
    parameters,
    bytes,
    users:
      servingMemory({ users: 1000, base: baseParameters, adapter: { bytes }, dtype: given.dtype }).totalBytes / 2 ** 20,
    lr,
    accuracy,
  });
  run.table("adapters", {
    title: `Accuracy on ${parts.test.count} test rows, and memory (${given.dtype})`,
    columns: [
      { key: "adapter", label: "adapter" },
      { key: "parameters", label: "trained numbers" },
      { key: "bytes", label: "one user", unit: "bytes" },
      { key: "users", label: "base and 1000 users", unit: "MB", digits: 2 },
      { key: "lr", label: "learning rate" },
      { key: "accuracy", label: "accuracy", digits: 4 },
    ],
    rows: [
      memoryRow("none: the frozen base", 0, 0, null, accuracyOn(model, [], parts.test)),
      ...trained.map((one) =>
        memoryRow(
          one.name,
          bytesOf(one, given),
          total(one.adapters.map((a) => a.trainableCount)),
          one.lr,
          one.accuracy,
        ),
      ),
    ],
  });
  if (groups.every(({ layers }) => layers === 1)) {
    run.note(
      "No two adapted layers have the same shape, so shards are shared within a layer only and little is gained over LoRA.",
    );
  }
}

const train = defineTool({
  name: "train",
  summary: "Trains a mixture-of-shards adapter for a frozen network on labelled rows or text, with LoRA beside it.",
  inputs: [
    {
      name: "base",
      description: "The frozen network's weights, whole or as shards with their index",
      accepts: checkpointEndings,
      many: true,
    },
    { name: "config", description: "The network as JSON: input, layers, and the classes by name", accepts: [".json"] },
    {
      name: "train",
      description: "Rows with a label column; or a text, for a network whose classes are characters",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet", ".txt"],
    },
    {
      name: "validate",
      description: "Test rows of the same kind; without them a share of the others is kept apart",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet", ".txt"],
      optional: true,
    },
  ],
  options,
  example:
    "--base base.safetensors --config network.json --train task.csv --equivalent-rank 2 --rank 8 --shards 2 --private 1 --out adapter.safetensors",
  sample: async () => ({ files: wristToAnkle() }),
  async apply(input, given, run) {
    const prepared = await prepare(input, given, run);
    const trained = await trainAll(prepared, given, run);
    const ours = trained[0] as Trained; // the mixture of shards is always trained, and first
    const adapters = namedAdapters(prepared, ours);
    checkRange(ours, given);
    await writeAdapters(await run.output("adapter.safetensors", "application/octet-stream"), adapters, given);
    const description = await run.output("settings.json", "application/json");
    await description.write(`${JSON.stringify(describeAdapters(adapters), null, 2)}\n`);
    await description.close();
    report(prepared, trained, given, run);
    const frozen = accuracyOn(prepared.model, [], prepared.parts.test);
    const numbers = total(ours.adapters.map((adapter) => adapter.trainableCount));
    const layers = total(prepared.groups.map((group) => group.layers));
    const [, equal, wide = undefined] = trained;
    const beside = equal
      ? `; ${equal.name}: ${percent(equal.accuracy)}${wide ? `, ${wide.name}: ${percent(wide.accuracy)}` : ""}`
      : "";
    const saving = wide
      ? `, ${(bytesOf(wide, given) / bytesOf(ours, given)).toFixed(1)} times less than ${wide.name}`
      : "";
    return {
      summary: `${numbers.toLocaleString("en")} numbers trained for ${layers} layers: accuracy ${percent(frozen)} → ${percent(ours.accuracy)} on ${prepared.parts.test.count} test rows${beside}; one user takes ${formatBytes(bytesOf(ours, given))}${saving}.`,
    };
  },
});

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Half precision ends at 65504; a larger number would become infinite in the file. */
function checkRange({ adapters }: Trained, { dtype }: Options): void {
  if (dtype !== "F16") return;
  for (const { data } of adapters.flatMap((adapter) => Object.values(adapter.params))) {
    const bad = data.find((value) => Math.abs(value) > 65_504);
    if (bad !== undefined) {
      throw new BadInput(`a trained number is ${bad}, too large for F16`, {
        where: "--dtype",
        remedy: "Use BF16 or F32.",
      });
    }
  }
}

/** Shows which matrices the adapter would change. */
function showMerge(base: Checkpoint, adapters: readonly NamedAdapter[], run: ToolRun): ToolResult {
  const targets = adapterTargets(base, adapters);
  const tensors = [...base.tensors.values()].map((entry) => ({
    entry,
    treatment: targets.has(entry.name) ? "changed" : "kept",
  }));
  run.table("tensors", tensorTable(base, [], tensors));
  const changed = total([...targets.keys()].map((name) => elementCount(base.tensors.get(name)?.shape ?? [])));
  return {
    summary: `Dry run, nothing was written: ${targets.size} weight matrices with ${changed.toLocaleString("en")} parameters would change, ${base.tensors.size - targets.size} tensors stay as they are.`,
  };
}

const merge = defineTool({
  name: "merge",
  summary: "Adds a trained adapter to its base, so that the network runs without any adapter code.",
  inputs: [
    {
      name: "base",
      description: "The base that the adapter was trained on, whole or as shards with their index",
      accepts: checkpointEndings,
      many: true,
    },
    { name: "adapter", description: "What the train tool wrote", accepts: [".safetensors"] },
  ],
  options: z.object({ dryRun }),
  example: "--base base.safetensors --adapter adapter.safetensors --out merged.safetensors",
  sample: async () => ({ files: await wristWithAdapter() }),
  async apply(input, given, run) {
    const base = await openCheckpoint(input.base ?? [], "base");
    const file = input.adapter?.[0];
    if (!file) throw new BadInput("no adapter is given", { where: "--adapter" });
    const adapters = await readAdapters(await openSafetensors(file));
    if (given.dryRun) return showMerge(base, adapters, run);
    const changed = await mergeAdapter(
      base,
      adapters,
      () => run.output("merged.safetensors", "application/octet-stream"),
      async (done, of) => {
        run.progress(of > 0 ? done / of : 1, "merging");
        await run.breathe();
      },
    );
    const layers = total(adapters.map(({ tensors }) => tensors.length));
    return {
      summary: `${layers} weight matrices with ${changed.toLocaleString("en")} parameters changed; ${base.tensors.size - layers} tensors as they were.`,
    };
  },
});

export const tools = [train, merge] as const;
