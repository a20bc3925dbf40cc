import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { elementCount, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";

const size = z
  .number()
  .int()
  .min(1)
  .max(1 << 20);
const name = z.string().min(1);

const layerSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("linear"), name, bias: z.boolean().default(true) }),
  z.strictObject({
    type: z.literal("conv2d"),
    name,
    bias: z.boolean().default(true),
    stride: size.default(1),
    padding: z.number().int().min(0).max(64).default(0),
  }),
  z.strictObject({ type: z.enum(["relu", "tanh", "sigmoid"]) }),
  z.strictObject({ type: z.enum(["maxpool2d", "avgpool2d"]), size, stride: size.optional() }),
  z.strictObject({ type: z.literal("flatten") }),
  z.strictObject({ type: z.literal("normalize"), scale: z.number().positive().max(1000).default(1) }),
]);

const architectureSchema = z.strictObject({
  input: z.array(size).min(1).max(3),
  layers: z.array(layerSchema).min(1).max(200),
  weights: z.enum(["out-in", "in-out"]).default("out-in"),
  classes: z.array(z.string()).min(2).optional(),
});

/**
 * A small feed-forward classifier as JSON: `input` is [features] or [channels, height, width]; `layers` are `linear` and
 * `conv2d` (tensors `name.weight` and `name.bias`), `relu`, `tanh`, `sigmoid`, `maxpool2d`, `avgpool2d`, `flatten` and
 * `normalize` (to length `scale`: before a linear layer without bias it makes a cosine head, as CLIP has).
 * `weights` says how linear weights lie: `out-in` as PyTorch saves them, `in-out` as Keras and JAX do. `classes` names the
 * labels in the order of the outputs; without it they are 0, 1, 2, ….
 */
export type Architecture = z.output<typeof architectureSchema>;
export type LayerConfig = Architecture["layers"][number];

/** A layer whose shapes are known. Linear and conv2d layers name their tensors. */
export interface PlannedLayer {
  config: LayerConfig;
  input: number[];
  output: number[];
  weight?: string;
  bias?: string;
}

/** Checks a parsed JSON document; a problem is named by its place in it. */
export function parseArchitecture(document: unknown, file: string): Architecture {
  const parsed = architectureSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String).join(".") || "the document";
  throw new BadInput(`${path}: ${issue?.message ?? "it does not fit"}`, {
    where: file,
    remedy:
      'A network of two layers reads {"input":[4],"layers":[{"type":"linear","name":"0"},{"type":"relu"},{"type":"linear","name":"2"}]}.',
  });
}

/** Most values that may stand between two layers, for one example. */
const maxValues = 4_000_000;

/** Follows the shapes through the layers, with the tensors of `tree`; the last one puts out one number a class. */
export function planLayers({ input, layers, weights }: Architecture, tree: ParamTree, file: string): PlannedLayer[] {
  const planned: PlannedLayer[] = [];
  let shape = [...input];
  for (const [i, config] of layers.entries()) {
    const where = `${file}, layers.${i} (${config.type})`;
    const output = outputShape(config, shape, weights, tree, where);
    const named = config.type === "linear" || config.type === "conv2d" ? config : undefined;
    planned.push({
      config,
      input: shape,
      output,
      ...(named ? { weight: `${named.name}.weight`, ...(named.bias ? { bias: `${named.name}.bias` } : {}) } : {}),
    });
    shape = output;
    if (!(elementCount(shape) <= maxValues)) {
      throw new BadInput(`it puts out [${shape}]; the limit is ${maxValues.toLocaleString("en")} values`, { where });
    }
  }
  if (shape.length !== 1 || (shape[0] ?? 0) < 2) {
    throw new BadInput(`the network puts out [${shape}] and one number for each of two or more classes is wanted`, {
      where: file,
    });
  }
  return planned;
}

function outputShape(
  config: LayerConfig,
  shape: number[],
  layout: Architecture["weights"],
  tree: ParamTree,
  where: string,
): number[] {
  if (config.type === "linear") {
    if (shape.length !== 1) throw new BadInput(`it is given [${shape}]; put a flatten before it`, { where });
    const found = tensorOf(tree, `${config.name}.weight`).shape;
    const [out, into] = layout === "out-in" ? found : [...found].reverse();
    if (found.length !== 2 || into !== shape[0]) {
      throw new BadInput(`"${config.name}.weight" is [${found}] and ${shape[0]} values come in`, {
        where,
        remedy: 'If the weights lie inputs first, set "weights": "in-out".',
      });
    }
    return checkBias(config, out ?? 0, tree, where);
  }
  if (config.type === "conv2d") {
    const [channels = 0, height = 0, width = 0] = shape;
    const found = tensorOf(tree, `${config.name}.weight`).shape;
    const [out = 0, into, tall = 0, wide = 0] = found;
    if (shape.length !== 3 || found.length !== 4 || into !== channels) {
      throw new BadInput(`"${config.name}.weight" is [${found}] and [${shape}] comes in`, { where });
    }
    const across = (length: number, kernel: number): number =>
      Math.floor((length + 2 * config.padding - kernel) / config.stride) + 1;
    const [rows, columns] = [across(height, tall), across(width, wide)];
    if (rows < 1 || columns < 1) throw new BadInput(`the kernel is larger than [${shape}]`, { where });
    checkBias(config, out, tree, where);
    return [out, rows, columns];
  }
  if (config.type === "maxpool2d" || config.type === "avgpool2d") {
    const [channels = 0, height = 0, width = 0] = shape;
    const stride = config.stride ?? config.size;
    const [rows, columns] = [height, width].map((length) => Math.floor((length - config.size) / stride) + 1);
    if (shape.length !== 3 || !((rows ?? 0) >= 1 && (columns ?? 0) >= 1)) {
      throw new BadInput(`[${shape}] cannot be pooled by ${config.size}`, { where });
    }
    return [channels, rows ?? 0, columns ?? 0];
  }
  return config.type === "flatten" ? [elementCount(shape)] : shape;
}

function checkBias(config: { name: string; bias: boolean }, out: number, tree: ParamTree, where: string): number[] {
  if (config.bias) {
    const { shape } = tensorOf(tree, `${config.name}.bias`);
    if (elementCount(shape) !== out) {
      throw new BadInput(`"${config.name}.bias" is [${shape}] and there are ${out} outputs`, { where });
    }
  }
  return [out];
}
