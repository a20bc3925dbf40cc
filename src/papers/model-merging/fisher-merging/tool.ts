import { defineTool, type ToolInput, type ToolResult, type ToolRun } from "../../../kit/paper.ts";
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { strangerNote } from "../checkpoints/distance.ts";
import { checkpointEndings, countsInWords, tensorTable } from "../checkpoints/report.ts";
import { saveFisher } from "./diagonal-fisher.ts";
import { countParameters, type FileMergeResult, mergeFiles } from "./merge-files.ts";
import { type Options, options, type Prepared, prepare, preview } from "./preparation.ts";
import { motionSample } from "./sample.ts";

function report({ plan, norms, coefficients }: Prepared, { distances }: FileMergeResult, run: ToolRun): void {
  run.table("models", {
    title: "Models",
    columns: [
      { key: "model", label: "model" },
      { key: "lambda", label: "λ", digits: 4 },
      { key: "norm", label: "norm of the Fisher" },
      { key: "distance", label: "distance to the first model", digits: 3 },
    ],
    rows: plan.models.map(({ file }, m) => ({
      model: file.name,
      lambda: coefficients[m] ?? null,
      norm: norms[m] === undefined ? null : Number(norms[m].toPrecision(6)),
      distance: distances[m] ?? null,
    })),
  });
  run.table("tensors", tensorTable(plan.models[0] as Checkpoint, plan.models.slice(1), plan.tensors));
  const names = plan.models.map(({ file }) => file.name);
  const stranger = strangerNote(names, distances);
  if (stranger) run.note(stranger);
}

/** "163 parameters merged by Fisher information, 2 kept from the first model". */
function inWords({ merged, averaged, kept }: FileMergeResult["counts"], plain: boolean): string {
  return countsInWords([
    [merged, plain ? "parameters averaged" : "parameters merged by Fisher information"],
    [averaged, "averaged plainly"],
    [kept, "kept from the first model"],
  ]);
}

const lambdaInWords = (coefficients: readonly number[] | undefined): string =>
  coefficients?.map((value) => Number(value.toFixed(4))).join(", ") ?? "chosen on the validation rows";

/** Shows what would be merged. */
async function showPlan(input: ToolInput, given: Options, run: ToolRun): Promise<ToolResult> {
  const { plan, coefficients } = await preview(input, given);
  run.table("tensors", tensorTable(plan.models[0] as Checkpoint, plan.models.slice(1), plan.tensors));
  const counts = inWords(countParameters(plan), given.plain);
  return {
    summary: `Dry run, nothing was written: ${plan.models.length} models with λ = ${lambdaInWords(coefficients)} would give ${counts}.`,
  };
}

export const tools = [
  defineTool({
    name: "merge",
    summary: "Merges fine-tuned checkpoints of one architecture, every parameter weighted by its Fisher information.",
    inputs: [
      {
        name: "models",
        description: "Checkpoints with the same tensors, whole or as shards with their index; the first is the target",
        accepts: checkpointEndings,
        many: true,
      },
      {
        name: "fishers",
        description: "Diagonal Fisher of every model, in the same order",
        accepts: checkpointEndings,
        many: true,
        optional: true,
      },
      {
        name: "config",
        description: "A small network as JSON, to compute Fishers and to try λ",
        accepts: [".json"],
        optional: true,
      },
      {
        name: "inputs",
        description: "Rows without labels to compute the Fishers on, one file for all or one a model",
        accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
        many: true,
        optional: true,
      },
      {
        name: "validate",
        description: "Labelled rows on which λ is chosen",
        accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
        optional: true,
      },
    ],
    options,
    example:
      "--models a.safetensors b.safetensors --fishers fa.safetensors fb.safetensors --lambda 0.4 --out merged.safetensors",
    sample: async () => ({ files: motionSample() }),
    async apply(input, given, run) {
      if (given.dryRun) return showPlan(input, given, run);
      const prepared = await prepare(input, given, run);
      const { plan, norms, coefficients, computed, found } = prepared;
      const result = await mergeFiles(
        plan,
        norms,
        () => run.output("merged.safetensors", "application/octet-stream"),
        { ...given, coefficients },
        async (done, of) => {
          run.progress(0.7 + 0.3 * (of > 0 ? done / of : 1), "merging");
          await run.breathe();
        },
      );
      for (const [m, fisher] of given.saveFishers ? computed.entries() : []) {
        const output = await run.output(`fisher-${m + 1}.safetensors`, "application/octet-stream");
        await output.write(saveFisher(fisher));
        await output.close();
      }
      report(prepared, result, run);
      return {
        summary: `${plan.models.length} models with λ = ${lambdaInWords(coefficients)}: ${inWords(result.counts, !plan.fishers)}${found ? `; ${found}` : ""}.`,
      };
    },
  }),
];
