import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool } from "../../../kit/paper.ts";
import { openCheckpoint, openCheckpoints } from "../checkpoints/checkpoint.ts";
import { combineCheckpoints, planCombination } from "../checkpoints/combine.ts";
import { strangerNote } from "../checkpoints/distance.ts";
import { checkpointEndings, countsInWords, dryRun, tensorTable } from "../checkpoints/report.ts";
import { readCoefficients } from "./coefficients.ts";
import { arithmeticSample } from "./sample.ts";

const options = z.object({
  lambda: z
    .array(z.number().min(-10).max(10))
    .min(1)
    .default([0.3])
    .describe("Coefficient of every expert's task vector; one number counts for all"),
  keep: z.array(z.string()).default([]).describe("Tensors taken from the base as they are, e.g. head.*"),
  dryRun,
});

/** λ of every expert where no rule says otherwise. */
function wholeLambda(given: readonly number[], experts: number): number[] {
  const [first = 0] = given;
  if (given.length === 1) return Array.from({ length: experts }, () => first);
  if (given.length === experts) return [...given];
  throw new BadInput(`there are ${given.length} coefficients for ${experts} experts`, {
    where: "--lambda",
    remedy: "Give one for all, or one for each in their order.",
  });
}

/** Task arithmetic on files of any size: nothing is learnt, no rows are needed. */
export const arithmeticTool = defineTool({
  name: "arithmetic",
  summary:
    "Adds scaled task vectors to their base, with one coefficient an expert or one a tensor; needs no rows, and takes files of any size.",
  inputs: [
    {
      name: "base",
      description: "The checkpoint that the experts were fine-tuned from, whole or as shards with their index",
      accepts: checkpointEndings,
      many: true,
    },
    {
      name: "experts",
      description: "Fine-tuned checkpoints with the base's tensors",
      accepts: checkpointEndings,
      many: true,
    },
    {
      name: "coefficients",
      description:
        "Coefficients by tensor: a column tensor with names or patterns (blocks.0.*), and one column for each expert; --lambda counts where no row fits. The table that merge writes will do",
      accepts: [".csv", ".tsv", ".jsonl"],
      optional: true,
    },
  ],
  options,
  example:
    "arithmetic --base base.safetensors --experts a.safetensors b.safetensors --lambda 0.4,0.2 --out merged.safetensors",
  sample: async () => arithmeticSample(),
  async apply(input, given, run) {
    const base = await openCheckpoint(input.base ?? [], "base");
    const experts = await openCheckpoints(input.experts ?? []);
    if (experts.length === 0)
      throw new BadInput("there is no expert and one or more are wanted", { where: "--experts" });
    const whole = wholeLambda(given.lambda, experts.length);
    const file = input.coefficients?.[0];
    const rules = file ? await readCoefficients(file, experts.length) : undefined;
    const of = (tensor: string): readonly number[] => rules?.of(tensor) ?? whole;
    const plan = planCombination(experts, { base, keep: given.keep });
    const merged = plan.tensors.filter(({ treatment }) => treatment === "combined").map(({ entry }) => entry.name);
    const labels = experts.map((expert) => expert.file.name.replace(/\.safetensors(\.index\.json)?/, ""));
    const unused = rules?.unused(merged) ?? [];
    if (unused.length > 0) {
      run.note(
        `No merged tensor fits ${unused
          .slice(0, 8)
          .map((pattern) => `\`${pattern}\``)
          .join(", ")} of ${file?.name}.`,
      );
    }
    run.table("tensors", tensorTable(base, experts, plan.tensors, { labels, of }));
    const inWords = ({ combined, kept }: { combined: number; kept: number }): string =>
      countsInWords([
        [combined, "parameters merged"],
        [kept, "kept from the base"],
      ]);
    const who = `${experts.length} ${experts.length === 1 ? "expert" : "experts"}`;
    if (given.dryRun) {
      const counts = { combined: 0, kept: 0 };
      for (const { entry, treatment } of plan.tensors) counts[treatment] += entry.shape.reduce((a, b) => a * b, 1);
      return { summary: `Dry run, nothing was written: the base and ${who} would give ${inWords(counts)}.` };
    }
    const { counts, distances } = await combineCheckpoints(
      plan,
      rules ? of : whole,
      () => run.output("merged.safetensors", "application/octet-stream"),
      async (done, total) => {
        run.progress(total > 0 ? done / total : 1, "merging");
        await run.breathe();
      },
    );
    const stranger = strangerNote(["the base", ...labels], [0, ...distances]);
    if (stranger) run.note(stranger);
    const ruled = rules ? merged.filter((tensor) => rules.of(tensor) !== undefined).length : 0;
    const how = rules
      ? `coefficients of their own for ${ruled.toLocaleString("en")} of ${merged.length.toLocaleString("en")} tensors`
      : `λ = ${whole.join(", ")}`;
    return { summary: `The task vectors of ${who} added to the base with ${how}: ${inWords(counts)}.` };
  },
});
