import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { ToolInput, ToolRun } from "../../../kit/paper.ts";
import { openSafetensors, readTree } from "../../../kit/safetensors.ts";
import { readJson } from "../../../kit/tables.ts";
import { type Checkpoint, openCheckpoints } from "../checkpoints/checkpoint.ts";
import { dryRun } from "../checkpoints/report.ts";
import { type Architecture, parseArchitecture } from "../network/architecture.ts";
import { readRows } from "../network/labelled-rows.ts";
import { saveFisher } from "./diagonal-fisher.ts";
import { checkCoefficients } from "./fisher-merge.ts";
import { type MergePlan, planMerge, scanFishers } from "./merge-files.ts";
import { type Sequential, sequential } from "./sequential.ts";
import { searchChart, searchOnRows, searchTable } from "./validation.ts";

/** Largest model whose Fisher is computed, or whose λ is searched, here. */
const maxParameters = 20_000_000;
const maxModels = 16;

export const options = z.object({
  lambda: z
    .array(z.number().min(0).max(1))
    .optional()
    .describe("Coefficient of every model, sum 1; for two models the first alone will do. Equal when left out"),
  plain: z.boolean().default(false).describe("Average plainly, without Fishers"),
  floor: z.number().min(0).default(1e-6).describe("Smallest Fisher information a parameter is given"),
  favorTarget: z
    .boolean()
    .default(true)
    .describe("Let the floor lift the first model only, so that its values stand where no model is informed"),
  normalize: z.boolean().default(true).describe("Divide every Fisher by its norm over all merged parameters"),
  keep: z.array(z.string()).default([]).describe("Tensors taken from the first model, e.g. head.*"),
  average: z.array(z.string()).default([]).describe("Tensors averaged plainly, e.g. *.running_mean"),
  labels: z
    .enum(["exact", "sampled", "empirical"])
    .default("exact")
    .describe("Labels of a computed Fisher: all weighted by the model, drawn from the model, or the label column"),
  label: z.string().default("label").describe("Name of the label column"),
  examples: z.number().int().min(1).max(4096).default(1024).describe("Most rows used for each Fisher"),
  grid: z.number().int().min(2).max(501).default(51).describe("Sets of λ tried on the validation rows"),
  saveFishers: z.boolean().default(false).describe("Also write the computed Fishers"),
  dryRun,
});
export type Options = z.output<typeof options>;

/** λ of every model from what the reader gave. */
function coefficientsOf(models: number, lambda: readonly number[] | undefined): number[] {
  const [first = 0, ...rest] = lambda ?? [];
  const whole = lambda && models === 2 && rest.length === 0 ? [first, 1 - first] : lambda;
  try {
    return checkCoefficients(models, whole);
  } catch (error) {
    throw error instanceof BadInput ? new BadInput(error.message, { where: "--lambda" }) : error;
  }
}

async function readArchitecture(input: ToolInput): Promise<{ architecture: Architecture; name: string } | undefined> {
  const file = input.config?.[0];
  return file
    ? { architecture: parseArchitecture(await readJson(file, 1 << 20), file.name), name: file.name }
    : undefined;
}

type Network = (params: ParamTree) => Sequential;

/** Computes every model's Fisher on its rows. */
async function computeFishers(
  networkOf: Network,
  architecture: Architecture,
  trees: readonly ParamTree[],
  input: ToolInput,
  { labels, label, examples }: Options,
  run: ToolRun,
): Promise<ParamTree[]> {
  const files = input.inputs ?? [];
  if (files.length !== 1 && files.length !== trees.length) {
    throw new BadInput(`there are ${files.length} files of inputs; one for all models or one each is wanted`, {
      where: "--inputs",
    });
  }
  const fishers: ParamTree[] = [];
  for (const [m, tree] of trees.entries()) {
    const file = files[files.length === 1 ? 0 : m];
    if (!file) continue;
    const network = networkOf(tree);
    const rows = await readRows(file, {
      features: network.inputs,
      classes: network.classes,
      label,
      needLabels: labels === "empirical",
      ...(architecture.classes ? { names: architecture.classes } : {}),
      most: examples,
      random: run.random.fork(`rows ${m}`),
    });
    const how = { labels, seed: run.seed, ...(rows.labels ? { targets: rows.labels } : {}) };
    fishers.push(
      await network.fisher(rows.values, rows.count, how, async (done, of) => {
        run.progress((0.4 * (m + done / of)) / trees.length, `Fisher of model ${m + 1}: row ${done} of ${of}`);
        await run.breathe();
      }),
    );
  }
  return fishers;
}

/** Everything that is known before anything is written. */
export interface Prepared {
  plan: MergePlan;
  norms: number[];
  coefficients: number[];
  /** What the search found, for the summary. */
  found?: string;
  computed: ParamTree[];
}

/** Opens the models that the reader gave. */
async function openModels(input: ToolInput): Promise<Checkpoint[]> {
  const models = await openCheckpoints(input.models ?? []);
  if (models.length >= 2 && models.length <= maxModels) return models;
  throw new BadInput(
    `there ${models.length === 1 ? "is 1 model" : `are ${models.length} models`}; 2 to ${maxModels} are wanted`,
    { where: "--models", remedy: "Shards count as one model when their *.safetensors.index.json is given with them." },
  );
}

/** What a merge would do: headers are read and compared, and nothing is computed. */
export async function preview(
  input: ToolInput,
  given: Options,
): Promise<{ plan: MergePlan; coefficients: number[] | undefined }> {
  const models = await openModels(input);
  const equal = coefficientsOf(models.length, given.lambda);
  const files = given.plain ? [] : (input.fishers ?? []);
  const plan = planMerge(models, files.length > 0 ? await openCheckpoints(files) : undefined, given);
  return { plan, coefficients: input.validate?.[0] ? undefined : equal };
}

/** Reads and checks all inputs, computes what Fishers are missing and chooses λ. */
export async function prepare(input: ToolInput, given: Options, run: ToolRun): Promise<Prepared> {
  const models = await openModels(input);
  const setting = await readArchitecture(input);
  const validation = input.validate?.[0];
  if (validation && given.lambda) {
    throw new BadInput("λ is searched on the validation rows; leave --lambda or --validate out", { where: "--lambda" });
  }
  const equal = coefficientsOf(models.length, given.lambda);
  const needTrees = validation !== undefined || (!given.plain && (input.fishers ?? []).length === 0);
  const trees: ParamTree[] = [];
  const networkOf: Network = (params) => sequential(need(setting).architecture, params, need(setting).name);
  if (needTrees) {
    need(setting);
    for (const model of models) trees.push(await readTree(model, { maxParameters }));
    for (const tree of trees) networkOf(tree);
  }
  let fishers: Checkpoint[] | undefined;
  let computed: ParamTree[] = [];
  if (!given.plain && (input.fishers ?? []).length > 0) {
    fishers = await openCheckpoints(input.fishers ?? []);
  } else if (!given.plain) {
    computed = await computeFishers(networkOf, need(setting).architecture, trees, input, given, run);
    fishers = await Promise.all(
      computed.map((fisher, m) => openSafetensors(memoryFile(`Fisher of ${models[m]?.file.name}`, saveFisher(fisher)))),
    );
  }
  const plan = planMerge(models, fishers, given);
  const norms = await scanFishers(plan, async (done, of) => {
    run.progress(0.4 + 0.1 * (done / of), "checking the Fishers");
    await run.breathe();
  });
  if (!validation) return { plan, norms, coefficients: equal, computed };

  const network = networkOf(trees[0] ?? {});
  const rows = await readRows(validation, {
    features: network.inputs,
    classes: network.classes,
    label: given.label,
    needLabels: true,
    ...(setting?.architecture.classes ? { names: setting.architecture.classes } : {}),
    most: 100_000,
    random: run.random.fork("validation"),
  });
  const information = fishers
    ? await Promise.all(fishers.map((fisher) => readTree(fisher, { maxParameters })))
    : undefined;
  const search = await searchOnRows(plan, trees, information, networkOf, rows, given, {
    models: models.length,
    mode: models.length === 2 ? "grid" : "dirichlet",
    n: given.grid,
    seed: run.seed,
    onScore: async (done, of) => {
      run.progress(0.5 + 0.2 * (done / of), `λ ${done} of ${of}`);
      await run.breathe();
    },
  });
  run.table("search", searchTable(search));
  if (models.length === 2) run.chart("search", searchChart(search));
  const best = search.fisher ?? search.plain;
  const beside = search.fisher ? ` (plain average at its best: ${search.plain.score.toFixed(3)})` : "";
  return {
    plan,
    norms,
    coefficients: best.coefficients,
    computed,
    found: `accuracy ${best.score.toFixed(3)} on ${rows.count} validation rows${beside}`,
  };
}

function need(setting: { architecture: Architecture; name: string } | undefined): {
  architecture: Architecture;
  name: string;
} {
  if (setting) return setting;
  throw new BadInput("without --config the network is not known", {
    remedy:
      "Give a Fisher file for every model with --fishers, or the network with --config and rows with --inputs, or --plain.",
  });
}
