import { describe, expect, it } from "vitest";
import { BadInput } from "../../../kit/errors.ts";
import { softmax } from "../../../kit/nets/class-scores.ts";
import { mlpFisher } from "../../../kit/nets/fisher.ts";
import { initMlp, mlp, mlpLogits } from "../../../kit/nets/mlp.ts";
import { cloneTree, type ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { parseArchitecture } from "../network/architecture.ts";
import { sequential } from "./sequential.ts";

const uniform = (random: Random, shape: number[], bound = 1) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, () => random.uniform(-bound, bound)), shape };
};

const convolutional = (random: Random): { document: unknown; params: ParamTree } => ({
  document: {
    input: [2, 6, 5],
    layers: [
      { type: "conv2d", name: "c1", padding: 1 },
      { type: "tanh" },
      { type: "maxpool2d", size: 2 },
      { type: "conv2d", name: "c2", bias: false, stride: 2, padding: 1 },
      { type: "sigmoid" },
      { type: "avgpool2d", size: 2, stride: 1 },
      { type: "flatten" },
      { type: "linear", name: "out" },
    ],
  },
  params: {
    "c1.weight": uniform(random, [3, 2, 3, 2]),
    "c1.bias": uniform(random, [3]),
    "c2.weight": uniform(random, [4, 3, 2, 2]),
    "out.weight": uniform(random, [3, 4]),
    "out.bias": uniform(random, [3]),
  },
});

describe("networks from a checkpoint", () => {
  it.each(["in-out", "out-in"] as const)("agree with the dense kit on an MLP (%s)", async (weights) => {
    const random = new Random(4);
    const net = mlp([5, 7, 6, 3], "tanh");
    const ours = initMlp(net, random, "torch");
    const theirs: ParamTree = {};
    const transposed = (data: Float32Array, [rows = 0, columns = 0]: number[]) =>
      Float32Array.from(data, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
    for (const [name, { data, shape }] of Object.entries(ours)) {
      const turn = weights === "out-in" && shape.length === 2;
      theirs[name] = turn ? { data: transposed(data, shape), shape: [...shape].reverse() } : { data, shape };
    }
    const linear = (i: number) => ({ type: "linear", name: `layers.${i}` });
    const document = {
      input: [5],
      layers: [linear(0), { type: "tanh" }, linear(1), { type: "tanh" }, linear(2)],
      weights,
    };
    const network = sequential(parseArchitecture(document, "n.json"), theirs, "n.json");
    const inputs = uniform(random, [12, 5]).data;
    const logits = network.logits(inputs, 12);
    for (const [i, wanted] of mlpLogits(net, ours, inputs, 12).entries()) expect(logits[i]).toBeCloseTo(wanted, 5);
    for (const labels of ["exact", "sampled"] as const) {
      const dense = mlpFisher(net, ours, inputs, 12, { labels, seed: 3 });
      const found = await network.fisher(inputs, 12, { labels, seed: 3 });
      for (const [name, { data, shape }] of Object.entries(dense)) {
        const wanted = weights === "out-in" && shape.length === 2 ? transposed(data, shape) : data;
        expect(found[name]?.shape).toEqual(theirs[name]?.shape);
        for (const [i, value] of wanted.entries()) expect(found[name]?.data[i]).toBeCloseTo(value, 5);
      }
    }
  });

  it("have the Fisher of finite differences through convolutions and pooling", async () => {
    // A seed whose max-pooling has no near ties: at one, a finite difference straddles the kink.
    const { document, params } = convolutional(new Random(1));
    const architecture = parseArchitecture(document, "n.json");
    const inputs = uniform(new Random(2), [2, 60]).data;
    const logProbabilities = (tree: ParamTree, n: number): number[] => {
      const z = sequential(architecture, tree, "n.json").logits(inputs.subarray(60 * n, 60 * n + 60), 1);
      return [...softmax(z, 3)].map(Math.log);
    };
    const found = await sequential(architecture, params, "n.json").fisher(inputs, 2);
    const step = 4e-3;
    for (const [name, { data }] of Object.entries(params)) {
      const largest = Math.max(...(found[name]?.data ?? []));
      for (let i = 0; i < data.length; i += Math.ceil(data.length / 7)) {
        const moved = [step, -step].map((by) => {
          const tree = cloneTree(params);
          const values = tree[name]?.data ?? new Float32Array();
          values[i] = (values[i] as number) + by;
          return tree;
        }) as [ParamTree, ParamTree];
        let wanted = 0;
        for (let n = 0; n < 2; n++) {
          const [up, down] = moved.map((tree) => logProbabilities(tree, n)) as [number[], number[]];
          for (const [c, logP] of logProbabilities(params, n).entries()) {
            wanted += (Math.exp(logP) * (((up[c] as number) - (down[c] as number)) / (2 * step)) ** 2) / 2;
          }
        }
        expect(Math.abs((found[name]?.data[i] ?? 0) - wanted)).toBeLessThan(0.02 * largest + 1e-6);
      }
    }
  });

  const base = { input: [4], layers: [{ type: "linear", name: "a" }] };
  const tree = (shape: number[], bias = [3]): ParamTree => ({
    "a.weight": uniform(new Random(1), shape),
    "a.bias": uniform(new Random(1), bias),
  });
  it.each<[string, unknown, ParamTree, RegExp]>([
    ["an unknown layer", { ...base, layers: [{ type: "lstm" }] }, {}, /layers\.0/],
    ["an unknown key", { ...base, extra: 1 }, {}, /extra/],
    ["no object", 3, {}, /the document/],
    ["no input", { layers: base.layers }, {}, /input/],
    ["a missing tensor", base, {}, /no tensor "a\.weight"/],
    ["weights the other way round", base, tree([4, 3]), /layers\.0 \(linear\).*\[4,3\] and 4 values come in.*in-out/],
    ["a short bias", base, tree([3, 4], [2]), /bias" is \[2\] and there are 3/],
    ["one output", base, tree([1, 4], [1]), /puts out \[1\]/],
    ["an image into a dense layer", { ...base, input: [1, 2, 2] }, tree([3, 4]), /put a flatten/],
    ["pooling of a vector", { ...base, layers: [{ type: "maxpool2d", size: 2 }] }, {}, /cannot be pooled/],
    [
      "a kernel of another depth",
      { input: [2, 4, 4], layers: [{ type: "conv2d", name: "a" }] },
      tree([3, 1, 2, 2]),
      /comes in/,
    ],
    [
      "a kernel larger than the image",
      { input: [1, 2, 2], layers: [{ type: "conv2d", name: "a" }] },
      tree([3, 1, 3, 3]),
      /kernel is larger/,
    ],
    ["too many values", { input: [1024, 1024, 1024], layers: [{ type: "relu" }] }, {}, /limit is 4,000,000/],
  ])("are refused with %s", (_, document, params, message) => {
    const act = () => sequential(parseArchitecture(document, "n.json"), params, "n.json");
    expect(act).toThrow(BadInput);
    expect(act).toThrow(message);
  });
});
