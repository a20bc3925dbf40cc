import { initMlp, mlp } from "../../../kit/nets/mlp.ts";
import { trainClassifier } from "../../../kit/nets/train.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import { parseArchitecture } from "../network/architecture.ts";
import { asPyTorch, motionClasses, motionFeatures, motionReadings, readingsCsv } from "../network/motion-readings.ts";
import { adaptersToSafetensors } from "./adapter-file.ts";
import { MosAdapter } from "./mos-adapter.ts";
import { mosConfig } from "./mos-config.ts";
import { networkModel } from "./network-model.ts";
import { everywhere, trainAdapter } from "./train-adapter.ts";

const hidden = [24, 24, 24, 24];

/** A classifier of motion trained for the wrist, as PyTorch would save it, and its network. */
function wristModel(random: Random): { base: ParamTree; network: object } {
  const net = mlp([motionFeatures.length, ...hidden, motionClasses.length]);
  const { rows, labels } = motionReadings(600, false, random);
  const trained = trainClassifier(net, initMlp(net, random), rows, labels, { steps: 300, batch: 32, random });
  const layers = hidden.flatMap((_, i) => [{ type: "linear", name: String(2 * i) }, { type: "relu" }]);
  const network = {
    input: [motionFeatures.length],
    layers: [...layers, { type: "linear", name: String(2 * hidden.length) }],
    classes: motionClasses,
  };
  return { base: asPyTorch(trained), network };
}

/** The classifier, and readings from the ankle to adapt it to. */
export function wristToAnkle(): SampleFile[] {
  const random = new Random(2024);
  const { base, network } = wristModel(random);
  return [
    { input: "base", name: "wrist.safetensors", content: treeToSafetensors(base) },
    { input: "config", name: "network.json", content: `${JSON.stringify(network, null, 2)}\n` },
    { input: "train", name: "ankle.csv", content: readingsCsv(motionReadings(900, true, random), true) },
  ];
}

/** The classifier, and a trained adapter of its three middle layers. */
export async function wristWithAdapter(): Promise<SampleFile[]> {
  const random = new Random(2024);
  const { base, network } = wristModel(random);
  const tensors = ["2.weight", "4.weight", "6.weight"];
  const model = networkModel(parseArchitecture(network, "network"), base, "network", tensors);
  const size = { layers: 3, inDim: 24, outDim: 24 };
  const adapter = new MosAdapter(mosConfig({ ...size, rank: 8, equivalentRank: 2, shardsPerVector: 2, seed: 1 }));
  const { rows: inputs, labels } = motionReadings(300, true, random);
  trainAdapter(model, everywhere(adapter), { inputs, labels, count: 300 }, { steps: 150, lr: 0.01, seed: 1 });
  const content = await adaptersToSafetensors([{ adapter, tensors, layout: "out-in" }]);
  return [
    { input: "base", name: "wrist.safetensors", content: treeToSafetensors(base) },
    { input: "adapter", name: "adapter.safetensors", content },
  ];
}
