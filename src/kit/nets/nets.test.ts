import { jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadInput } from "../errors.ts";
import { Random } from "../random.ts";
import { accuracy, argmaxRows, crossEntropy, softCrossEntropy, softmax } from "./class-scores.ts";
import { mlpFisher } from "./fisher.ts";
import { type Activation, initMlp, mlp, mlpBackward, mlpForward, mlpLogits, passOutput } from "./mlp.ts";
import { multiply, multiplyPlain } from "./multiply.ts";
import { adamW, sgd } from "./optimizers.ts";
import { batches, gatherRows, trainClassifier } from "./train.ts";
import {
  checkSameTrees,
  cloneTree,
  combineTrees,
  filledTree,
  type ParamTree,
  parameterCount,
  treeNorm,
} from "./tree.ts";

const uniform = (random: Random, size: number, bound = 1) =>
  Float32Array.from({ length: size }, () => random.uniform(-bound, bound));

/** Largest difference relative to the largest entry of `wanted`. */
function worst(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  let [difference, size] = [0, 1e-12];
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs((found[i] as number) - (wanted[i] as number)));
    size = Math.max(size, Math.abs(wanted[i] as number));
  }
  return difference / size;
}

describe("multiply", () => {
  it("equals plain loops for any shape and transposition", () => {
    const size = fc.integer({ min: 1, max: 21 });
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), fc.nat(), (m, n, k, transposeA, transposeB, seed) => {
        const random = new Random(seed);
        const [a, b] = [uniform(random, m * k), uniform(random, k * n)];
        const [fast, plain] = [new Float32Array(m * n + 2).fill(7), new Float32Array(m * n + 2).fill(7)];
        multiply(fast, a, b, m, n, k, { transposeA, transposeB });
        multiplyPlain(plain, a, b, m, n, k, { transposeA, transposeB });
        expect(worst(fast, plain)).toBeLessThan(1e-5);
      }),
      { numRuns: 200 },
    );
  });

  it("gives zeros for an empty inner axis and refuses short operands", () => {
    const out = new Float32Array(4).fill(3);
    multiply(out, new Float32Array(0), new Float32Array(0), 2, 2, 0);
    expect([...out]).toEqual([0, 0, 0, 0]);
    expect(() => multiply(out, new Float32Array(3), new Float32Array(4), 2, 2, 2)).toThrow(RangeError);
  });

  it("grows its memory for large operands", () => {
    const [m, k, n] = [700, 300, 9];
    const random = new Random(5);
    const [a, b] = [uniform(random, m * k), uniform(random, k * n)];
    const [fast, plain] = [new Float32Array(m * n), new Float32Array(m * n)];
    multiply(fast, a, b, m, n, k);
    multiplyPlain(plain, a, b, m, n, k);
    expect(worst(fast, plain)).toBeLessThan(1e-5);
  });
});

describe("MLP", () => {
  const count = 7;
  const activations: Activation[] = ["relu", "tanh", "sigmoid", "identity"];

  it.each(activations)("has the gradient that jax-js finds (%s)", async (activation) => {
    const net = mlp([5, 8, 6, 4], activation);
    const random = new Random(2);
    const params = initMlp(net, random, "torch");
    const x = uniform(random, count * 5);
    const labels = Array.from({ length: count }, (_, i) => i % 4);
    const pass = mlpForward(net, params, x, count);
    const { loss, gradient } = crossEntropy(passOutput(pass), labels, 4);
    const ours = mlpBackward(net, params, pass, gradient);

    const names = Object.keys(params);
    const act = { relu: nn.relu, tanh: np.tanh, sigmoid: nn.sigmoid, identity: (h: np.Array) => h }[activation];
    const objective = (p: np.Array[], input: np.Array, hot: np.Array): np.Array => {
      let h = input;
      for (let layer = 0; layer < 3; layer++) {
        h = np.matmul(h, p[2 * layer] as np.Array).add(p[2 * layer + 1] as np.Array);
        if (layer < 2) h = act(h);
      }
      return nn
        .logSoftmax(h, -1)
        .mul(hot)
        .sum()
        .mul(-1 / count);
    };
    const oneHot = new Float32Array(count * 4);
    for (const [n, label] of labels.entries()) oneHot[n * 4 + label] = 1;
    const tensors = names.map((name) => {
      const { data, shape } = params[name] ?? { data: new Float32Array(), shape: [0] };
      return np.array(data.slice()).reshape(shape);
    });
    const [value, slopes] = jit(valueAndGrad(objective))(
      tensors,
      np.array(x.slice()).reshape([count, 5]),
      np.array(oneHot).reshape([count, 4]),
    );
    expect(loss).toBeCloseTo((await value.data())[0] as number, 5);
    for (const [i, name] of names.entries()) {
      const theirs = await (slopes[i] as np.Array).data();
      expect(worst(ours.gradient[name]?.data ?? [], theirs as Float32Array)).toBeLessThan(1e-5);
    }
  });

  it("has the input gradient of finite differences", () => {
    const net = mlp([3, 6, 2], "tanh");
    const random = new Random(4);
    const params = initMlp(net, random);
    const x = uniform(random, 6);
    const lossAt = (inputs: Float32Array) => crossEntropy(mlpLogits(net, params, inputs, 2), [0, 1], 2).loss;
    const pass = mlpForward(net, params, x, 2);
    const { gradient } = crossEntropy(passOutput(pass), [0, 1], 2);
    const slopes = mlpBackward(net, params, pass, gradient, { inputGradient: true }).inputs ?? new Float32Array();
    const numeric = Array.from(x, (_, i) => {
      const [up, down] = [x.slice(), x.slice()];
      up[i] = (x[i] as number) + 1e-2;
      down[i] = (x[i] as number) - 1e-2;
      return (lossAt(up) - lossAt(down)) / 2e-2;
    });
    expect(worst(slopes, numeric)).toBeLessThan(1e-2);
  });

  it("gives the same logits in blocks, and refuses what does not fit", () => {
    const net = mlp([4, 5, 3]);
    const params = initMlp(net, new Random(1));
    const x = uniform(new Random(2), 4 * 10);
    expect(worst(mlpLogits(net, params, x, 10, 3), passOutput(mlpForward(net, params, x, 10)))).toBeLessThan(1e-6);
    expect(() => mlpForward(net, params, x, 11)).toThrow(RangeError);
    expect(() => mlpForward(net, {}, x, 10)).toThrow(/layers\.0\.weight/);
    expect(() => mlpForward(mlp([4, 6, 3]), params, x, 10)).toThrow(/does not fit/);
    expect(() => mlp([4])).toThrow(RangeError);
  });

  it("learns a separable problem, leaves its start alone and repeats itself", () => {
    const random = new Random(8);
    const x = uniform(random, 400);
    const labels = Array.from({ length: 200 }, (_, n) => ((x[2 * n] as number) > (x[2 * n + 1] as number) ? 1 : 0));
    const net = mlp([2, 16, 2]);
    const start = initMlp(net, new Random(1));
    const before = cloneTree(start);
    const losses: number[] = [];
    const train = () =>
      trainClassifier(net, start, x, labels, {
        steps: 300,
        batch: 32,
        optimizer: adamW({ learningRate: 1e-2 }),
        random: new Random(3),
        onStep: (_, loss) => losses.push(loss),
      });
    const trained = train();
    expect(start).toEqual(before);
    expect(accuracy(mlpLogits(net, trained, x, 200), labels, 2)).toBeGreaterThan(0.97);
    expect(losses[299]).toBeLessThan((losses[0] as number) / 3);
    expect(train()).toEqual(trained);
  });
});

describe("losses and scores", () => {
  it("knows closed forms", () => {
    expect([...softmax(Float32Array.of(0, 0, 1000, 1000), 2)]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(crossEntropy(new Float32Array(6), [0, 2], 3).loss).toBeCloseTo(Math.log(3), 6);
    expect(crossEntropy(Float32Array.of(5, 0), [0], 2, { smoothing: 0.1 }).gradient[0]).toBeCloseTo(
      1 / (1 + Math.exp(-5)) - 0.95,
      6,
    );
    expect(() => crossEntropy(new Float32Array(2), [2], 2)).toThrow(/label 2/);
    expect(argmaxRows(Float32Array.of(1, 1, 0, 2), 2)).toEqual(Int32Array.of(0, 1));
  });

  it("gives soft targets that are one-hot the hard loss", () => {
    const logits = Float32Array.of(1, -1, 0.5, 0.2, 0.3, -2);
    expect(softCrossEntropy(logits, Float32Array.of(0, 1, 0, 0, 0, 1), 3)).toEqual(crossEntropy(logits, [1, 2], 3));
  });
});

describe("optimizers", () => {
  const tree = (...data: number[]): ParamTree => ({ w: { data: Float32Array.from(data), shape: [data.length] } });
  it("moves by the learning rate in AdamW's first step, after the decay", () => {
    const params = tree(1, -2);
    adamW({ learningRate: 0.1, weightDecay: 0.5 }).step(params, tree(3, -0.01));
    expect(params.w?.data[0]).toBeCloseTo(0.95 - 0.1, 5);
    expect(params.w?.data[1]).toBeCloseTo(-1.9 + 0.1, 4);
  });
  it("sums a geometric series in SGD with momentum", () => {
    const params = tree(0);
    const optimizer = sgd({ learningRate: 1, momentum: 0.5 });
    for (let i = 0; i < 3; i++) optimizer.step(params, tree(1));
    expect(params.w?.data[0]).toBeCloseTo(-(1 + 1.5 + 1.75), 6);
  });
});

describe("batches", () => {
  it("goes through everything once before anything twice", () => {
    const source = batches(10, 4, new Random(1));
    const first = [source.next().value, source.next().value, source.next().value].flatMap((batch) => [...batch]);
    expect(new Set(first.slice(0, 10)).size).toBe(10);
    expect([...gatherRows(Float32Array.of(1, 2, 3, 4), 2, [1, 0])]).toEqual([3, 4, 1, 2]);
  });
});

describe("diagonal Fisher of an MLP", () => {
  const net = mlp([6, 9, 7, 4], "tanh");
  const random = new Random(6);
  const params = initMlp(net, random, "lecun");
  const x = uniform(random, 6 * 20);

  /** One example and one class at a time, by ordinary gradients. */
  function byLoop(weightOf: (n: number, c: number, p: number) => number): ParamTree {
    const sum = filledTree(params);
    for (let n = 0; n < 20; n++) {
      const pass = mlpForward(net, params, x.subarray(6 * n, 6 * n + 6), 1);
      const p = softmax(passOutput(pass), 4);
      for (let c = 0; c < 4; c++) {
        const up = Float32Array.from(p, (q, k) => (k === c ? 1 : 0) - q);
        const { gradient } = mlpBackward(net, params, pass, up);
        for (const [name, { data }] of Object.entries(sum)) {
          const g = gradient[name]?.data ?? new Float32Array();
          for (let i = 0; i < data.length; i++)
            data[i] = (data[i] as number) + (weightOf(n, c, p[c] as number) * (g[i] as number) ** 2) / 20;
        }
      }
    }
    return sum;
  }
  const agree = (a: ParamTree, b: ParamTree, tolerance = 1e-5) => {
    checkSameTrees([a, b]);
    for (const [name, { data }] of Object.entries(a)) expect(worst(data, b[name]?.data ?? [])).toBeLessThan(tolerance);
  };

  it("equals a loop over examples and classes", () => {
    agree(
      mlpFisher(net, params, x, 20),
      byLoop((_n, _c, p) => p),
    );
  });

  it("equals the loop over true labels when asked for the empirical one", () => {
    const targets = Array.from({ length: 20 }, (_, n) => n % 4);
    agree(
      mlpFisher(net, params, x, 20, { labels: "empirical", targets, batch: 6 }),
      byLoop((n, c) => (c === n % 4 ? 1 : 0)),
    );
    expect(() => mlpFisher(net, params, x, 20, { labels: "empirical" })).toThrow(/example 0/);
  });

  it("does not depend on the batch size and averages over data", () => {
    const whole = mlpFisher(net, params, x, 20);
    agree(mlpFisher(net, params, x, 20, { batch: 3 }), whole);
    const halves = [mlpFisher(net, params, x.subarray(0, 60), 10), mlpFisher(net, params, x.subarray(60), 10)];
    agree(combineTrees(halves, [0.5, 0.5]), whole);
    for (const { data } of Object.values(whole)) expect(data.every((f) => f >= 0)).toBe(true);
  });

  it("draws labels from the model: near the exact one for many draws, repeatable", () => {
    const drawn = mlpFisher(net, params, x, 20, { labels: "sampled", samples: 4000, seed: 2 });
    agree(drawn, mlpFisher(net, params, x, 20), 0.05);
    expect(mlpFisher(net, params, x, 20, { labels: "sampled", samples: 4000, seed: 2, batch: 20 })).toEqual(drawn);
    expect(() => mlpFisher(net, params, x, 0)).toThrow(RangeError);
  });
});

describe("trees", () => {
  const tree = (shape: number[], name = "w"): ParamTree => ({ [name]: { data: new Float32Array(6).fill(2), shape } });
  it("counts, norms and combines", () => {
    expect(parameterCount(tree([2, 3]))).toBe(6);
    expect(treeNorm(tree([6]))).toBeCloseTo(Math.sqrt(24), 6);
    expect(combineTrees([tree([6]), tree([6])], [2, -1]).w?.data[0]).toBe(2);
  });
  it("names the tensor that differs", () => {
    expect(() => checkSameTrees([tree([2, 3]), tree([3, 2])])).toThrow(/model 2, tensor "w".*\[3,2\].*\[2,3\]/);
    expect(() => checkSameTrees([tree([6]), tree([6], "v")])).toThrow(/model 2 has no tensor "w"/);
    expect(() => checkSameTrees([tree([6]), { ...tree([6]), ...tree([6], "v") }], ["a", "b"])).toThrow(
      /b has the tensor "v"/,
    );
    expect(() => checkSameTrees([tree([5])])).toThrow(BadInput);
  });
});
