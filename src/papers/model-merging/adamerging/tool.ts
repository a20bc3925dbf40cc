import { stringify } from "csv-stringify/sync";
import { defineTool, type ToolInput, type ToolResult, type ToolRun } from "../../../kit/paper.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import { type CombinationResult, combineCheckpoints } from "../checkpoints/combine.ts";
import { strangerNote } from "../checkpoints/distance.ts";
import { checkpointEndings, countsInWords, tensorTable } from "../checkpoints/report.ts";
import { type AdaMergeResult, adaMerge } from "./ada-merge.ts";
import { arithmeticTool } from "./arithmetic-tool.ts";
import { type Options, openAll, options, type Prepared, prepare, writingPlan } from "./preparation.ts";
import { machinesSample } from "./sample.ts";
import { entropyCurve, meanAccuracy, scoreAll, scoreTable, warnings } from "./scores.ts";

const rowFiles = [".csv", ".tsv", ".jsonl", ".parquet"];

/** Shows what would be merged. */
async function showPlan(input: ToolInput, given: Options, run: ToolRun): Promise<ToolResult> {
  const { base, experts, plan } = await openAll(input, given);
  run.table("tensors", tensorTable(base, experts, plan.tensors));
  const counts = { combined: 0, kept: 0 };
  for (const { entry, treatment } of plan.tensors) counts[treatment] += entry.shape.reduce((a, b) => a * b, 1);
  return {
    summary: `Dry run, nothing was learnt or written: the base and ${experts.length} ${experts.length === 1 ? "expert" : "experts"} would give ${inWords(counts)}.`,
  };
}

function inWords({ combined, kept }: CombinationResult["counts"]): string {
  return countsInWords([
    [combined, "parameters merged"],
    [kept, "kept from the base"],
  ]);
}

async function learn(
  { pretrained, vectors, tasks, tied }: Prepared,
  given: Options,
  run: ToolRun,
): Promise<AdaMergeResult> {
  const [first] = tasks;
  if (!first) throw new Error("there is at least one expert");
  return adaMerge(
    first.network,
    pretrained,
    vectors,
    tasks.map(({ rows, head, network }) => ({ rows: rows.values, count: rows.count, head, network })),
    {
      granularity: given.granularity === "task" ? "task" : (name) => tied.get(name) ?? name,
      init: given.init,
      learningRate: given.learningRate,
      steps: given.steps,
      batch: given.batch,
      clamp: [given.low, given.high],
      seed: run.seed,
      async onStep(step, entropy) {
        run.progress(
          0.1 + (0.7 * (step + 1)) / given.steps,
          `step ${step + 1} of ${given.steps}: entropy ${(entropy / tasks.length).toFixed(3)} nats`,
        );
        await run.breathe();
      },
    },
  );
}

/** Writes a text or a file of weights whole. */
async function save(run: ToolRun, name: string, mediaType: string, content: string | Uint8Array): Promise<void> {
  const output = await run.output(name, mediaType);
  await output.write(content);
  await output.close();
}

/** The coefficients and the entropy as CSV, and the complete models where they are wanted. */
async function saveMore(prepared: Prepared, learnt: AdaMergeResult, given: Options, run: ToolRun): Promise<void> {
  const { tasks, pretrained } = prepared;
  const names = tasks.map(({ name }) => name);
  const rows = Object.keys(pretrained).map((tensor, l) => [tensor, ...learnt.coefficients.map((row) => row[l] ?? 0)]);
  await save(run, "coefficients.csv", "text/csv", stringify([["tensor", ...names], ...rows]));
  const curve = learnt.entropy.map((value, step) => [step + 1, value / tasks.length]);
  await save(run, "entropy.csv", "text/csv", stringify([["step", "entropy"], ...curve]));
  for (const { name, head } of given.saveModels ? tasks : []) {
    const bytes = treeToSafetensors({ ...learnt.params, ...head });
    await save(run, `merged-${name}.safetensors`, "application/octet-stream", bytes);
  }
}

export const mergeTool = defineTool({
  name: "merge",
  summary: "Merges fine-tuned checkpoints into their base with coefficients learnt from unlabelled rows of every task.",
  inputs: [
    {
      name: "base",
      description: "The checkpoint that the experts were fine-tuned from, whole or as shards with their index",
      accepts: checkpointEndings,
      many: true,
    },
    {
      name: "experts",
      description: "Fine-tuned checkpoints, one a task, with the base's tensors and perhaps a head of their own",
      accepts: checkpointEndings,
      many: true,
    },
    { name: "config", description: "The network as JSON: its layers, and the head's", accepts: [".json"] },
    {
      name: "unlabeled",
      description: "Rows of each task, in the order of the experts; a label column is used for scores only",
      accepts: rowFiles,
      many: true,
    },
    {
      name: "heads",
      description: "The head of each task, in the order of the experts, where it is a file of its own",
      accepts: checkpointEndings,
      many: true,
      optional: true,
    },
  ],
  options,
  example:
    "--base base.safetensors --experts a.safetensors b.safetensors --config net.json --unlabeled a.csv b.csv --granularity layer --out merged.safetensors",
  sample: async () => machinesSample(),
  async apply(input, given, run) {
    if (given.dryRun) return showPlan(input, given, run);
    const prepared = await prepare(input, given, run);
    const { tasks, pretrained, opened } = prepared;
    const learnt = await learn(prepared, given, run);
    const position = new Map(Object.keys(pretrained).map((name, l) => [name, l]));
    const of = (tensor: string): number[] => learnt.coefficients.map((row) => row[position.get(tensor) ?? -1] ?? 0);
    const { counts, distances } = await combineCheckpoints(
      await writingPlan(prepared, given.ties),
      of,
      () => run.output("merged.safetensors", "application/octet-stream"),
      async (done, total) => {
        run.progress(0.8 + 0.2 * (total > 0 ? done / total : 1), "merging");
        await run.breathe();
      },
    );
    await saveMore(prepared, learnt, given, run);

    const scores = scoreAll(prepared, learnt.params, given.init);
    const labels = tasks.map(({ name }) => name);
    run.table("tasks", scoreTable(scores, given.init));
    run.table("tensors", tensorTable(opened.base, opened.experts, opened.plan.tensors, { labels, of }));
    if (learnt.entropy.length > 0) run.chart("entropy", entropyCurve(learnt.entropy, tasks.length));
    const stranger = strangerNote(["the base", ...labels], [0, ...distances]);
    for (const note of [...(stranger ? [stranger] : []), ...warnings(scores)]) run.note(note);
    if (!given.saveModels && opened.headed) run.note(headsNote);
    return { summary: summaryOf(given, scores, counts, learnt) };
  },
});

export const tools = [mergeTool, arithmeticTool];

const headsNote =
  "The merge is what the tasks share. Each task's head was left as it is, in the file that it came from; `--save-models` writes a complete model for every task.";

function summaryOf(
  { granularity, steps, ties, init }: Options,
  scores: ReturnType<typeof scoreAll>,
  counts: CombinationResult["counts"],
  { lambda, names }: AdaMergeResult,
): string {
  const mean = (of: (score: (typeof scores)[number]) => number): string =>
    (scores.reduce((sum, score) => sum + of(score), 0) / scores.length).toFixed(3);
  const rows = scores.reduce((sum, { task }) => sum + task.rows.count, 0);
  const accuracies = meanAccuracy(scores);
  const found = accuracies
    ? ` and accuracy ${accuracies.start.toFixed(3)} → ${accuracies.merged.toFixed(3)} (mean of ${accuracies.tasks} labelled ${accuracies.tasks === 1 ? "task" : "tasks"})`
    : "";
  const how = granularity === "task" ? "one a task" : "one a task and tensor";
  return `${scores.length} ${scores.length === 1 ? "expert" : "experts"} with ${lambda.length * names.length} coefficients (${how}${ties > 0 ? `, TIES keeping ${ties}` : ""}) learnt from ${rows.toLocaleString("en")} rows in ${steps} steps: from λ = ${init} to the merge, entropy went ${mean(({ start }) => start.entropy)} → ${mean(({ merged }) => merged.entropy)} nats${found}; ${inWords(counts)}.`;
}
