import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";
import { Random } from "../../../kit/random.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { amortizations, type CompleteConfig, initSubsetModel, type SubsetModel, supersets } from "./subset-model.ts";

/** Mean and spread of every number of the items, to bring them to a common scale. */
export interface Scaling {
  mean: number[];
  sd: number[];
}

/** A trained set function with the scale of its items. */
export interface SavedSubsetModel {
  model: SubsetModel;
  scaling: Scaling;
}

const format = "livepapers subset model 1";
const size = z.number().int().min(1).max(4096);
const schema = z.object({
  format: z.literal(format),
  config: z.object({
    dim: size,
    hidden: size,
    width: size,
    superset: z.enum(supersets),
    shareEncoder: z.boolean(),
    meanFieldSteps: z.number().int().min(1).max(100),
    samples: z.number().int().min(1).max(1000),
    start: z.number().gt(0).lt(1),
    amortized: z.enum(amortizations),
    rank: z.number().int().min(1).max(100),
  }) satisfies z.ZodType<CompleteConfig>,
  scaling: z.object({ mean: z.array(z.number()), sd: z.array(z.number().positive()) }),
});

export function scalingOf(sets: readonly (readonly (readonly number[])[])[], width: number): Scaling {
  let count = 0;
  const mean = new Array<number>(width).fill(0);
  const squares = new Array<number>(width).fill(0);
  for (const items of sets) {
    for (const item of items) {
      count += 1;
      for (const [j, x] of item.entries()) {
        const delta = x - (mean[j] as number);
        mean[j] = (mean[j] as number) + delta / count;
        squares[j] = (squares[j] as number) + delta * (x - (mean[j] as number));
      }
    }
  }
  return { mean, sd: squares.map((total) => Math.sqrt(total / Math.max(1, count)) || 1) };
}

/** Items on the common scale. Values far outside of what was trained on are held at 1,000 spreads. */
export function scaledRows(items: readonly (readonly number[])[], { mean, sd }: Scaling): Rows {
  const width = mean.length;
  const clamp = (x: number): number => Math.min(1000, Math.max(-1000, x));
  return rowsOf(
    items.length,
    width,
    items.flatMap((item) => item.map((x, j) => clamp((x - (mean[j] as number)) / (sd[j] as number)))),
  );
}

/** The configuration as JSON, and the whole model as a safetensors file that carries it in its header. */
export function saveSubsetModel({ model, scaling }: SavedSubsetModel): { config: string; weights: Uint8Array } {
  const config = JSON.stringify({ format, config: model.config, scaling });
  return { config: `${config}\n`, weights: treeToSafetensors(model.params, { config }) };
}

/** Reads what {@link saveSubsetModel} wrote; names the part that does not fit. */
export async function loadSubsetModel(file: InputFile): Promise<SavedSubsetModel> {
  const source = await openSafetensors(file);
  const where = file.name;
  let header: unknown;
  try {
    header = JSON.parse(source.metadata.config ?? "");
  } catch {
    throw new BadInput("the file has no configuration of a subset model", {
      where,
      remedy: "Give a model.safetensors that train wrote.",
    });
  }
  const parsed = schema.safeParse(header);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new BadInput(
      `${issue?.path.join(".") || "the configuration"} is not what a subset model has (${issue?.message})`,
      { where },
    );
  }
  const { config, scaling } = parsed.data;
  if (scaling.mean.length !== config.dim || scaling.sd.length !== config.dim) {
    throw new BadInput(`the scaling must have ${config.dim} means and as many spreads`, { where });
  }
  const blank = initSubsetModel(config, new Random(0));
  const tree = await readTree(source);
  for (const [name, { data, shape }] of Object.entries(blank.params)) {
    const tensor = Object.hasOwn(tree, name) ? tree[name] : undefined;
    if (!tensor) throw new BadInput(`there is no tensor "${name}"`, { where });
    if (tensor.data.length !== data.length) {
      throw new BadInput(`the shape is [${tensor.shape}] and must be [${shape}]`, {
        where: `${where}, tensor "${name}"`,
      });
    }
    data.set(tensor.data);
  }
  return { model: blank, scaling };
}
