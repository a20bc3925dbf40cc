import { multiply } from "../src/kit/nets/multiply.ts";
import { filledTree } from "../src/kit/nets/tree.ts";
import { Random } from "../src/kit/random.ts";
import {
  everywhere,
  type LowRankAdapter,
  lora,
  MosAdapter,
  mosConfig,
  residualNetwork,
  trainAdapter,
} from "../src/papers/model-merging/index.ts";
import type { Bench } from "./bench.ts";

const width = 256;
const layers = 4;
const rank = 8;

/** The gather as a product with a one-hot matrix, which is what the index tables stand in for: O(pool) a row. */
function oneHotGather(pool: Float32Array, shards: number, index: Int32Array): Float32Array {
  const length = pool.length / shards;
  const out = new Float32Array(index.length * length);
  for (const [i, chosen] of index.entries()) {
    for (let s = 0; s < shards; s++) {
      const hot = s === chosen ? 1 : 0;
      for (let j = 0; j < length; j++) {
        out[i * length + j] = (out[i * length + j] as number) + hot * (pool[s * length + j] as number);
      }
    }
  }
  return out;
}

/** Training, materialising and inference of a mixture of shards beside LoRA of the same rank and of the same budget. */
export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const gaussian = (size: number, sd = 1) => Float32Array.from({ length: size }, () => random.normal(0, sd));
  const weights = Array.from({ length: layers }, () => gaussian(width * width, 1 / Math.sqrt(width)));
  const net = residualNetwork(weights, width);
  const count = 512;
  const data = { inputs: gaussian(count * width), targets: gaussian(count * width), count };
  const type = { layers, inDim: width, outDim: width };
  const plain = lora({ ...type, equivalentRank: rank, seed: 1 });
  const slim = lora({ ...type, equivalentRank: 2, seed: 1 });
  const shards = (shardsPerVector: number) =>
    new MosAdapter(mosConfig({ ...type, rank, equivalentRank: 2, shardsPerVector, seed: 1 }));
  const train = (adapter: LowRankAdapter) => () =>
    trainAdapter(net, everywhere(adapter), data, { steps: 20, lr: 1e-3, batch: 64, seed: 1 });
  await report.compare(
    `20 training steps, ${layers} layers of width ${width}, batch 64`,
    {
      [`LoRA, rank ${rank}`]: train(plain),
      "LoRA, rank 2 (the budget of MoS)": train(slim),
      [`MoS, rank ${rank}, l = 1`]: train(shards(1)),
      [`MoS, rank ${rank}, l = 4`]: train(shards(4)),
    },
    { unit: { name: "steps", count: 20 } },
  );

  const mos = shards(4);
  const [first] = mos.indexA;
  const pool = mos.poolA.length / (width / 4);
  const all = (adapter: LowRankAdapter) => () => {
    for (let round = 0; round < 50; round++) for (let k = 0; k < layers; k++) adapter.materialize(k);
  };
  await report.compare(
    "A and B of all layers, 50 times",
    { [`LoRA, rank ${rank} (transposes B)`]: all(plain), "MoS, l = 4": all(mos) },
    { unit: { name: "layers", count: 50 * layers } },
  );
  await report.compare("rows of A of all layers", {
    "by index": () => {
      for (let k = 0; k < layers; k++) mos.factors(k);
    },
    "one-hot product": () => {
      for (let k = 0; k < 2 * layers; k++) oneHotGather(mos.poolA, pool, first ?? new Int32Array(0));
    },
  });
  const gradient = filledTree(mos.params);
  const plainGradient = filledTree(plain.params);
  await report.compare("from a whole matrix's gradient to the parameters, all layers", {
    [`LoRA, rank ${rank}`]: () => {
      for (let k = 0; k < layers; k++) plain.addGradient(k, weights[k] as Float32Array, plainGradient);
    },
    "MoS, l = 4": () => {
      for (let k = 0; k < layers; k++) mos.addGradient(k, weights[k] as Float32Array, gradient);
    },
  });
  const out = new Float32Array(64 * width);
  const merged = mos.adapted(0, weights[0] as Float32Array);
  await report.compare("one layer's update for 64 rows", {
    "low rank": () => mos.forward(0, data.inputs, 64),
    "the whole matrix, as after merging": () =>
      multiply(out, data.inputs, merged, 64, width, width, { transposeB: true }),
  });
  report.skipped("Forence1999/MoS (PyTorch)", "a Python package");
}
