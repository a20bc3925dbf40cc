import { accuracy, crossEntropy } from "../src/kit/nets/class-scores.ts";
import { initMlp, mlp } from "../src/kit/nets/mlp.ts";
import { multiply } from "../src/kit/nets/multiply.ts";
import { adamW } from "../src/kit/nets/optimizers.ts";
import { linearScores, softmaxRegression } from "../src/kit/nets/softmax-regression.ts";
import { trainClassifier } from "../src/kit/nets/train.ts";
import { Random } from "../src/kit/random.ts";
import { CatRepresentation } from "../src/papers/model-merging/rich-representations/cat-representation.ts";
import { jointParallel, trainEpisodes } from "../src/papers/model-merging/rich-representations/episodes.ts";
import { linearProbe } from "../src/papers/model-merging/rich-representations/linear-probe.ts";
import { redundantViews } from "../src/papers/model-merging/rich-representations/redundant-views.ts";
import type { Bench } from "./bench.ts";

/** Logistic regression as it is usually written in JavaScript: gradient descent, here with Adam and the kit's products. */
function byAdam(features: Float32Array, labels: ArrayLike<number>, l2: number, steps: number) {
  const width = features.length / labels.length;
  const params = { weight: { data: new Float32Array(2 * width), shape: [width, 2] } };
  const optimizer = adamW({ learningRate: 0.02, weightDecay: 0 });
  for (let step = 0; step < steps; step++) {
    const scores = new Float32Array(2 * labels.length);
    multiply(scores, features, params.weight.data, labels.length, 2, width);
    const gradient = new Float32Array(2 * width);
    multiply(gradient, features, crossEntropy(scores, labels, 2).gradient, width, 2, labels.length, {
      transposeA: true,
    });
    for (let i = 0; i < gradient.length; i++) {
      gradient[i] = (gradient[i] as number) + l2 * (params.weight.data[i] as number);
    }
    optimizer.step(params, { weight: { data: gradient, shape: [width, 2] } });
  }
  return params;
}

export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const views = { views: 12, flip: 0.05 };
  const source = redundantViews({ ...views, count: 2000, random });
  const target = redundantViews({ ...views, carriers: [1, 5], count: 400, random });
  const spec = { inputs: 24, hidden: [24], classes: 2 };
  const training = { steps: 300, learningRate: 0.01, weightDecay: 0.01 };
  const net = mlp([24, 24, 2]);
  await report.compare(
    "five networks 24–24–2, 300 steps of 64 rows",
    {
      "the kit's plain training, five times": () => {
        for (let k = 0; k < 5; k++) {
          const draw = new Random(k);
          trainClassifier(net, initMlp(net, draw), source.inputs, source.labels, { steps: 300, random: draw });
        }
      },
      "five episodes": () => trainEpisodes(spec, source, { n: 5, ...training }),
      "the five as one": () => jointParallel(spec, 5, source, training),
      "one network 24–120–2": () => trainEpisodes({ ...spec, hidden: [120] }, source, { n: 1, ...training }),
    },
    { unit: { name: "steps", count: 300 } },
  );
  const cat = new CatRepresentation(trainEpisodes(spec, source, { n: 5, ...training }), {
    standardize: { inputs: source.inputs, count: 2000 },
  });
  const features = cat.transform(target.inputs);
  await report.compare("a probe of 400 rows × 120 features, λ = 0.03", {
    "Newton steps, to a gradient of 1e-6": () => softmaxRegression(features, target.labels, { classes: 2, l2: 0.03 }),
    "Adam, 500 steps": () => byAdam(features, target.labels, 0.03, 500),
    "the search for λ and the fit": () => linearProbe(features, target.labels),
  });
  const fitted = softmaxRegression(features, target.labels, { classes: 2, l2: 0.03 });
  report.line(`  accuracy on its own rows: ${accuracy(linearScores(fitted, features), target.labels, 2).toFixed(3)}`);
  report.skipped("TjuJianyu/RRL (PyTorch), scikit-learn's LogisticRegression", "Python packages");
}
