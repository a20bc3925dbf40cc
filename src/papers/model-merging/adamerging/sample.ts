import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import {
  cosineDocument,
  cosineNetwork,
  type DigitTask,
  initEncoder,
  orthonormalHead,
  trainOnTasks,
} from "../digit-tasks.ts";
import { applyTaskVectors, taskVector } from "../task-vectors.ts";

const machines = ["pump", "fan", "press"];
const classes = ["normal", "worn", "loose", "broken"];
const features = 12;
const sizes = [features, 32, 16];
const temperature = 12;

/** Where the four states of a machine lie: what all machines have in common, and what is this one's own. */
function centresOf(common: number[][], random: Random): number[][] {
  return common.map((centre) => centre.map((value) => value + random.normal(0, 0.8)));
}

/** Made-up vibration readings of one machine. */
function readings(centres: number[][], head: ParamTree, count: number, random: Random): DigitTask {
  const labels = Uint8Array.from({ length: count }, (_, n) => n % classes.length);
  const images = new Float32Array(count * features);
  for (const [n, label] of labels.entries()) {
    for (let i = 0; i < features; i++) images[n * features + i] = (centres[label]?.[i] ?? 0) + random.normal(0, 1.1);
  }
  return { images, labels, head };
}

function csv({ images, labels }: DigitTask): string {
  const header = [...Array.from({ length: features }, (_, i) => `band_${i + 1}`), "label"];
  const lines = Array.from(labels, (label, n) => {
    const cells = Array.from(images.subarray(n * features, (n + 1) * features), (value) => value.toFixed(3));
    return [...cells, classes[label] ?? ""].join(",");
  });
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

/**
 * A base for the state of machines and three experts, each with a frozen head of its own in its file; the last expert was
 * trained far too long: its changes are three times what they should be.
 */
export function machinesSample(): { files: SampleFile[]; options: { steps: number; learningRate: number } } {
  const random = new Random(2023);
  const common = classes.map(() => Array.from({ length: features }, () => random.normal(0, 0.7)));
  const heads = machines.map(() => orthonormalHead(sizes.at(-1) ?? 0, classes.length, random));
  const centres = machines.map(() => centresOf(common, random));
  const draw = (count: number): DigitTask[] =>
    machines.map((_, k) => readings(centres[k] ?? [], heads[k] ?? {}, count, random));
  const network = cosineNetwork(sizes, classes.length, temperature);
  const base = trainOnTasks(network, initEncoder(sizes, random), draw(60), { steps: 60, batch: 16, random });
  const experts = draw(300).map((task, k) => {
    const tuned = trainOnTasks(network, base, [task], { steps: 200, batch: 32, random });
    return k === machines.length - 1 ? applyTaskVectors(base, [taskVector(base, tuned)], 3) : tuned;
  });
  const rows = draw(200);
  const document = { ...cosineDocument(sizes, temperature), classes };
  return {
    files: [
      { input: "base", name: "base.safetensors", content: treeToSafetensors(base) },
      ...experts.map((expert, k) => ({
        input: "experts",
        name: `${machines[k]}.safetensors`,
        content: treeToSafetensors({ ...expert, ...heads[k] }),
      })),
      { input: "config", name: "network.json", content: `${JSON.stringify(document, null, 2)}\n` },
      ...rows.map((task, k) => ({ input: "unlabeled", name: `${machines[k]}.csv`, content: csv(task) })),
    ],
    options: { steps: 150, learningRate: 0.01 },
  };
}

/** The machines' base and experts alone, with coefficients by tensor: the expert that was trained too long counts for a third. */
export function arithmeticSample(): { files: SampleFile[]; options: { keep: string[] } } {
  const files = machinesSample().files.filter(({ input }) => input === "base" || input === "experts");
  const content = `tensor,${machines.join(",")}\n*.bias,0.4,0.4,0.15\n*,0.45,0.45,0.15\n`;
  return {
    files: [...files, { input: "coefficients", name: "coefficients.csv", content }],
    options: { keep: ["head.*"] },
  };
}
