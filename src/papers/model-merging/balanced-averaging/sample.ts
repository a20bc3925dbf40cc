import { initMlp, mlp, mlpLogits } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { filledTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import { fineTune, type LabelledInputs } from "./fine-tune.ts";

const classes = ["sound", "worn", "bent", "cracked", "corroded"];
const [reliable, perSite] = [4, 16];
/** Measurements of the part itself, and what differs between sites: some of the first and some of the second. */
const features = [
  ...Array.from({ length: reliable }, (_, i) => `part_${i + 1}`),
  ...Array.from({ length: perSite }, (_, i) => `site_a_${i + 1}`),
  ...Array.from({ length: perSite }, (_, i) => `site_b_${i + 1}`),
];

interface Parts extends LabelledInputs {
  labels: number[];
}

/**
 * Made-up measurements of machine parts. Every feature has a level a class; the site features show the class at their own
 * site, nothing at the other one, and at a third site mostly a wrong class.
 */
function inspect(count: number, where: "a" | "b" | "elsewhere", levels: readonly number[], random: Random): Parts {
  const labels = Array.from({ length: count }, () => random.int(0, classes.length - 1));
  const inputs = new Float32Array(count * features.length);
  for (const [n, label] of labels.entries()) {
    for (let f = 0; f < features.length; f++) {
      const site = f < reliable ? undefined : f < reliable + perSite ? "a" : "b";
      const atHome = site === "a" ? 0.6 : 0;
      const flip = site === undefined ? 0 : where === "elsewhere" ? 0.8 : where === site ? atHome : 1;
      const shown = random.float() < flip ? random.int(0, classes.length - 1) : label;
      const noise = random.normal(0, site === undefined ? 1 : 0.3);
      inputs[n * features.length + f] = (levels[f * classes.length + shown] ?? 0) + noise;
    }
  }
  return { inputs, labels };
}

function csv({ inputs, labels }: Parts): string {
  const width = features.length;
  const lines = labels.map((label, n) => {
    const cells = Array.from(inputs.subarray(n * width, (n + 1) * width), (value) => value.toFixed(3));
    return [...cells, classes[label] ?? ""].join(",");
  });
  return `${[[...features, "label"].join(","), ...lines].join("\n")}\n`;
}

const net = mlp([features.length, classes.length]);
const config = {
  input: [features.length],
  layers: [{ type: "linear", name: "layers.0" }],
  weights: "in-out",
  classes,
};

let made: ReturnType<typeof makeInspection> | undefined;

/** The rows and models of all samples, made once. */
function inspection(): ReturnType<typeof makeInspection> {
  made ??= makeInspection();
  return made;
}

/** Rows of three sites, and a model trained at site A and then fine-tuned at site B. */
function makeInspection() {
  const random = new Random(2309);
  const levels = Array.from({ length: features.length * classes.length }, () => random.normal());
  const at = (count: number, where: "a" | "b" | "elsewhere"): Parts => inspect(count, where, levels, random);
  const [siteA, siteB] = [at(900, "a"), at(600, "b")];
  const train = (start: ParamTree, data: Parts, steps: number): ParamTree =>
    fineTune(net, start, data, {
      steps,
      batch: 32,
      optimizer: adamW({ learningRate: 0.01, weightDecay: 0 }),
      random: random.fork(`train ${steps}`),
    });
  const pre = train(filledTree(initMlp(net, random)), siteA, 800);
  const ft = train(pre, siteB, 600);
  return { siteA, siteB, held: at(300, "b"), elsewhere: at(800, "elsewhere"), pre, ft };
}

/** Two checkpoints from two sites, their network, and rows of the second site and of a third one. */
export function averageSample(): { files: SampleFile[] } {
  const { held, elsewhere, pre, ft } = inspection();
  return {
    files: [
      { input: "pre", name: "site-a.safetensors", content: treeToSafetensors(pre) },
      { input: "ft", name: "site-b.safetensors", content: treeToSafetensors(ft) },
      { input: "config", name: "network.json", content: `${JSON.stringify(config, null, 2)}\n` },
      { input: "id", name: "site-b.csv", content: csv(held) },
      { input: "ood", name: "site-c.csv", content: csv(elsewhere) },
    ],
  };
}

/** Logits of the same two models on the third site, one JSON object a line. */
export function predictionSample(): { files: SampleFile[]; options: { classes: string[] } } {
  const { elsewhere, pre, ft } = inspection();
  const count = elsewhere.labels.length;
  const [a, b] = [pre, ft].map((params) => mlpLogits(net, params, elsewhere.inputs, count));
  const row = (logits: Float32Array | undefined, n: number): number[] =>
    Array.from(logits?.subarray(classes.length * n, classes.length * (n + 1)) ?? [], (value) =>
      Number(value.toFixed(3)),
    );
  const lines = elsewhere.labels.map((label, n) =>
    JSON.stringify({ id: `part-${n + 1}`, label: classes[label], logits_a: row(a, n), logits_b: row(b, n) }),
  );
  return {
    files: [{ input: "predictions", name: "site-c.jsonl", content: `${lines.join("\n")}\n` }],
    options: { classes },
  };
}

/** Rows of the first site to pretrain on, of the second to fine-tune on, and of the third to be judged by. */
export function trainSample(): {
  files: SampleFile[];
  options: { hidden: number; pretrainSteps: number; steps: number; learningRate: number };
} {
  const { siteA, siteB, elsewhere } = inspection();
  return {
    files: [
      { input: "pretrain", name: "site-a.csv", content: csv(siteA) },
      { input: "id", name: "site-b.csv", content: csv(siteB) },
      { input: "ood", name: "site-c.csv", content: csv(elsewhere) },
    ],
    options: { hidden: 0, pretrainSteps: 800, steps: 600, learningRate: 0.01 },
  };
}
