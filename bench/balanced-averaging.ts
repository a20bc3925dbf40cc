import { accuracy } from "../src/kit/nets/class-scores.ts";
import { initMlp, mlp, mlpLogits } from "../src/kit/nets/mlp.ts";
import { adamW } from "../src/kit/nets/optimizers.ts";
import { trainClassifier } from "../src/kit/nets/train.ts";
import { Random } from "../src/kit/random.ts";
import { exactPatterns } from "../src/papers/model-merging/balanced-averaging/exact-patterns.ts";
import { fineTune, usualBalance } from "../src/papers/model-merging/balanced-averaging/fine-tune.ts";
import { sampleSpurious, spuriousModel } from "../src/papers/model-merging/balanced-averaging/spurious-model.ts";
import { alphaSweep } from "../src/papers/model-merging/balanced-averaging/wise-ft.ts";
import type { Bench } from "./bench.ts";

export default async function bench(report: Bench): Promise<void> {
  const shift = { K: 3, p: 0.9 };
  const model = spuriousModel(shift);
  const pair = { nv1: 5, ns1: 20, nv2: 5, ns2: 20 };
  await report.compare("accuracy of two models of 5 + 20 features, K = 3", {
    "votes dealt class by class, exact": () => model.exactEnsembleAccuracy(pair),
    "one member twice as sure, exact": () => model.exactEnsembleAccuracy(pair, { lambda: 2 }),
    "all pairs of outcomes, exact (all eight patterns)": () => exactPatterns(shift, pair),
    "200,000 samples, one or two digits less": () =>
      sampleSpurious(shift, pair, { draws: 200_000, random: new Random(1) }),
    "forecast, for many features": () => model.forecastEnsembleAccuracy(pair),
  });
  await report.compare("exact accuracy of one model as its features grow, K = 3", {
    "30 spurious": () => model.exactAccuracy({ nv: 5, ns: 30 }),
    "60 spurious": () => model.exactAccuracy({ nv: 5, ns: 60 }),
    "120 spurious": () => model.exactAccuracy({ nv: 5, ns: 120 }),
    "480 spurious": () => model.exactAccuracy({ nv: 5, ns: 480 }),
  });
  const ten = spuriousModel({ K: 10, p: 0.9 });
  await report.compare("the same with ten classes", {
    "30 spurious": () => ten.exactAccuracy({ nv: 5, ns: 30 }),
    "60 spurious": () => ten.exactAccuracy({ nv: 5, ns: 60 }),
  });

  const random = new Random(1);
  const net = mlp([160, 128, 10]);
  const start = initMlp(net, random);
  const inputs = Float32Array.from({ length: 2000 * 160 }, () => random.normal());
  const labels = Uint8Array.from({ length: 2000 }, (_, i) => i % 10);
  const steps = 100;
  const common = { steps, random: new Random(2) };
  await report.compare(
    "training steps, 160–128–10, batch 64",
    {
      "the kit's trainer": () =>
        trainClassifier(net, start, inputs, labels, { ...common, optimizer: adamW({ weightDecay: 0 }) }),
      "fine-tuning, plain": () => fineTune(net, start, { inputs, labels }, common),
      "fine-tuning, label smoothing and Mixup": () =>
        fineTune(net, start, { inputs, labels }, { ...common, ...usualBalance }),
    },
    { unit: { name: "steps", count: steps } },
  );
  const tuned = initMlp(net, random);
  const score = (params: typeof start): number => accuracy(mlpLogits(net, params, inputs, 2000), labels, 10);
  await report.compare("a curve over α, 2000 inputs", {
    "11 evaluations of one model": () => Array.from({ length: 11 }, () => score(start)),
    "11 averages and their evaluations": () => alphaSweep(start, tuned, score),
  });
  report.skipped("averaging checkpoints of many gigabytes", "it is the plain average of fisher-merging's benchmark");
  report.skipped("mlfoundations/wise-ft", "a Python package");
}
