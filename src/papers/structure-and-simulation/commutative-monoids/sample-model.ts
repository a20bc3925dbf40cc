import { Random } from "../../../kit/random.ts";
import { createAggregator } from "./aggregators.ts";
import { saveSetModel } from "./model-file.ts";
import { createSetModel } from "./set-model.ts";

/** A small untrained model of bits, to show the shape of a prediction without a training run. */
export async function sampleModel(): Promise<string> {
  const meanLogSize = Math.log(5);
  const model = createSetModel({ inputDim: 1, outputDim: 2, aggregator: createAggregator("lcm", 8, { meanLogSize }) });
  return saveSetModel({
    model,
    params: model.init(new Random(1)),
    head: { type: "classes", labels: ["even", "odd"] },
    scaling: { mean: [0.5], sd: [0.5] },
    meanLogSize,
  });
}
