import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { mapRows, paramTree, type Rows } from "../../../kit/nets/tape/rows.ts";
import { Random } from "../../../kit/random.ts";
import { readJson } from "../../../kit/tables.ts";
import { aggregatorKinds, createAggregator } from "./aggregators.ts";
import type { Scaling } from "./bags.ts";
import { type Head, outputsOf } from "./heads.ts";
import { createSetModel, type SetModel, type SetModelParams } from "./set-model.ts";

const format = "livepapers set model 1";
const finite = z.array(z.number());

const schema = z.object({
  format: z.literal(format),
  aggregator: z.enum(aggregatorKinds),
  width: z.number().int().min(1).max(1024),
  inputDim: z.number().int().min(1).max(4096),
  meanLogSize: z.number().positive(),
  head: z.discriminatedUnion("type", [
    z.object({ type: z.literal("classes"), labels: z.array(z.string()).min(2) }),
    z.object({ type: z.literal("bits"), count: z.number().int().min(1) }),
    z.object({ type: z.literal("values"), mean: finite.min(1), sd: finite.min(1) }),
  ]),
  scaling: z.object({ mean: finite, sd: finite }),
  params: z.record(z.string(), z.object({ shape: z.tuple([z.number(), z.number()]), data: finite })),
});

/** A trained model of sets with all that is needed to use it on new bags. */
export interface SavedSetModel {
  model: SetModel;
  params: SetModelParams;
  head: Head;
  scaling: Scaling;
  meanLogSize: number;
}

/** The model as one JSON document. */
export function saveSetModel({ model, params, head, scaling, meanLogSize }: SavedSetModel): string {
  const tensors = Object.fromEntries(
    Object.entries(paramTree(params)).map(([name, { data, shape }]) => [name, { shape, data: Array.from(data) }]),
  );
  return `${JSON.stringify({
    format,
    aggregator: model.aggregator.kind,
    width: model.aggregator.width,
    inputDim: model.inputDim,
    meanLogSize,
    head,
    scaling,
    params: tensors,
  })}\n`;
}

/** Reads what {@link saveSetModel} wrote; names the part that does not fit. */
export async function loadSetModel(file: InputFile): Promise<SavedSetModel> {
  const parsed = schema.safeParse(await readJson(file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const at = issue?.path.join(".") || "the document";
    throw new BadInput(`${at} is not what a saved set model has (${issue?.message ?? "unknown"})`, {
      where: file.name,
    });
  }
  const { aggregator: kind, width, inputDim, meanLogSize, head, scaling, params: tensors } = parsed.data;
  if (scaling.mean.length !== inputDim || scaling.sd.length !== inputDim || scaling.sd.some((sd) => sd === 0)) {
    throw new BadInput(`the scaling must have ${inputDim} means and as many spreads above 0`, { where: file.name });
  }
  if (head.type === "values" && head.mean.length !== head.sd.length) {
    throw new BadInput("the head has more means than spreads, or fewer", { where: file.name });
  }
  const aggregator = createAggregator(kind, width, { meanLogSize });
  const model = createSetModel({ inputDim, outputDim: outputsOf(head), aggregator });
  const params = mapRows(model.init(new Random(0)), (blank: Rows, name): Rows => {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (!tensor) throw new BadInput(`there is no tensor "${name}"`, { where: file.name });
    if (tensor.shape[0] !== blank.rows || tensor.shape[1] !== blank.width || tensor.data.length !== blank.data.length) {
      throw new BadInput(
        `tensor "${name}" has shape [${tensor.shape}] with ${tensor.data.length} values and must be [${blank.rows},${blank.width}]`,
        { where: file.name },
      );
    }
    return { ...blank, data: Float32Array.from(tensor.data) };
  });
  return { model, params, head, scaling, meanLogSize };
}
