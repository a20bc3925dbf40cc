import { initMlp, mlp } from "../../../kit/nets/mlp.ts";
import { trainClassifier } from "../../../kit/nets/train.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import {
  asPyTorch,
  motionClasses,
  motionFeatures,
  motionReadings,
  type Readings,
  readingsCsv,
} from "../network/motion-readings.ts";

/** Two classifiers of motion from one ancestor, one tuned for the wrist and one for the ankle, and rows to merge them by. */
export function motionSample(): SampleFile[] {
  const random = new Random(2021);
  const net = mlp([motionFeatures.length, 16, motionClasses.length]);
  const [wrist, ankle] = [motionReadings(240, false, random), motionReadings(240, true, random)];
  const train = (start: ParamTree, data: Readings, steps: number): ParamTree =>
    trainClassifier(net, start, data.rows, data.labels, { steps, batch: 32, random });
  const ancestor = train(initMlp(net, random), wrist, 30);
  const config = {
    input: [motionFeatures.length],
    layers: [{ type: "linear", name: "0" }, { type: "relu" }, { type: "linear", name: "2" }],
    classes: motionClasses,
  };
  const [first, second] = [motionReadings(90, false, random), motionReadings(90, true, random)];
  const validation = readingsCsv(first, true) + readingsCsv(second, true).split("\n").slice(1).join("\n");
  return [
    { input: "models", name: "wrist.safetensors", content: treeToSafetensors(asPyTorch(train(ancestor, wrist, 300))) },
    { input: "models", name: "ankle.safetensors", content: treeToSafetensors(asPyTorch(train(ancestor, ankle, 300))) },
    { input: "config", name: "network.json", content: `${JSON.stringify(config, null, 2)}\n` },
    { input: "inputs", name: "wrist.csv", content: readingsCsv(motionReadings(200, false, random), false) },
    { input: "inputs", name: "ankle.csv", content: readingsCsv(motionReadings(200, true, random), false) },
    { input: "validate", name: "validation.csv", content: validation },
  ];
}
