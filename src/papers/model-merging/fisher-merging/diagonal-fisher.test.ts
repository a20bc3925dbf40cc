import { nn, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { memoryFile } from "../../../kit/files.ts";
import { initMlp, mlp } from "../../../kit/nets/mlp.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import {
  type DifferentiableModel,
  denseNetFisher,
  diagonalFisher,
  gaussianFisher,
  loadFisher,
  saveFisher,
} from "./diagonal-fisher.ts";

const uniform = (random: Random, size: number) => Float32Array.from({ length: size }, () => random.uniform(-1, 1));

function expectClose(a: ParamTree, b: ParamTree, relative: number): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, { data }] of Object.entries(a)) {
    const other = b[name]?.data ?? new Float32Array();
    const size = Math.max(...other, 1e-12);
    for (let i = 0; i < data.length; i++)
      expect(Math.abs((data[i] as number) - (other[i] as number))).toBeLessThan(relative * size);
  }
}

/** Two classes with logits (0, w·x): logistic regression. */
function logistic(weights: number[]): DifferentiableModel {
  return {
    params: { w: { data: Float32Array.from(weights), shape: [weights.length] } },
    logits: ({ w }, x) => {
      const z = np.dot(w as np.Array, x).reshape([1]);
      return np.concatenate([np.zeros([1]), z]);
    },
  };
}

describe("diagonal Fisher by automatic differentiation", () => {
  const random = new Random(3);
  const x = { data: uniform(random, 3 * 50), shape: [50, 3] };
  const w = [0.8, -0.5, 2];
  const closed = w.map((_, j) => {
    let sum = 0;
    for (let n = 0; n < 50; n++) {
      const row = x.data.subarray(3 * n, 3 * n + 3);
      const z = w.reduce((total, weight, k) => total + weight * (row[k] as number), 0);
      const p = 1 / (1 + Math.exp(-z));
      sum += p * (1 - p) * (row[j] as number) ** 2;
    }
    return sum / 50;
  });

  it("is the mean of p(1 − p)x² for logistic regression", async () => {
    const { w: found } = await diagonalFisher(logistic(w), x);
    for (const [j, wanted] of closed.entries()) expect(found?.data[j]).toBeCloseTo(wanted, 6);
  });

  it("is met by sampled labels within three standard errors", async () => {
    const estimates = await Promise.all(
      Array.from({ length: 24 }, (_, seed) => diagonalFisher(logistic(w), x, { labels: "sampled", samples: 20, seed })),
    );
    for (const [j, wanted] of closed.entries()) {
      const values = estimates.map(({ w: found }) => found?.data[j] as number);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const spread = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1));
      expect(Math.abs(mean - wanted)).toBeLessThan((3 * spread) / Math.sqrt(values.length));
    }
  });

  it("squares each example's gradient, not the batch's, and differs from the empirical one", async () => {
    // Two opposite inputs whose mean gradient is 0.
    const opposite = { data: Float32Array.of(1, 1, 1, -1, -1, -1), shape: [2, 3] };
    const { w: found } = await diagonalFisher(logistic([0, 0, 0]), opposite);
    expect(found?.data[0]).toBeCloseTo(0.25, 6);
    const { w: empirical } = await diagonalFisher(logistic([2, 0, 0]), opposite, {
      labels: "empirical",
      targets: [1, 0],
    });
    const wrong = 1 / (1 + Math.exp(2));
    expect(empirical?.data[0]).toBeCloseTo(wrong ** 2, 5);
  });

  it("agrees with the dense fast path to 1e-5", async () => {
    const net = mlp([6, 8, 7, 4]);
    const params = initMlp(net, random, "he");
    const inputs = uniform(random, 6 * 30);
    const model: DifferentiableModel = {
      params,
      logits: (p, input) => {
        let h = input;
        for (let layer = 0; layer < 3; layer++) {
          h = np.matmul(h, p[`layers.${layer}.weight`] as np.Array).add(p[`layers.${layer}.bias`] as np.Array);
          if (layer < 2) h = nn.relu(h);
        }
        return h;
      },
    };
    const tensor = { data: inputs, shape: [30, 6] };
    const slow = await diagonalFisher(model, tensor, { batch: 8 });
    expectClose(slow, denseNetFisher(net, params, inputs, 30), 1e-5);
    const labels = { labels: "sampled", samples: 3, seed: 5 } as const;
    expectClose(await diagonalFisher(model, tensor, labels), denseNetFisher(net, params, inputs, 30, labels), 1e-5);
  });

  it("sums squared slopes over the noise variance for regression", async () => {
    const line: DifferentiableModel = {
      params: { a: { data: Float32Array.of(2), shape: [1] }, b: { data: Float32Array.of(1), shape: [1] } },
      logits: ({ a, b }, input) => (a as np.Array).mul(input).add(b as np.Array),
    };
    const found = await gaussianFisher(line, { data: Float32Array.of(1, 2, 3), shape: [3, 1] }, { sd: 0.5 });
    expect(found.a?.data[0]).toBeCloseTo((4 * 14) / 3, 4);
    expect(found.b?.data[0]).toBeCloseTo(4, 5);
    await expect(gaussianFisher(line, { data: new Float32Array(0), shape: [0, 1] })).rejects.toThrow(/one example/);
    await expect(gaussianFisher(line, { data: new Float32Array(1), shape: [1, 1] }, { sd: 0 })).rejects.toThrow(
      /above 0/,
    );
  });
});

describe("Fisher files", () => {
  it("come back as they were", async () => {
    const fisher = { a: { data: Float32Array.of(0, 1e-12, 3), shape: [3] } };
    expect(await loadFisher(memoryFile("f", saveFisher(fisher)))).toEqual(fisher);
  });
  it("are refused when negative, not finite or empty", async () => {
    const file = (...data: number[]) =>
      memoryFile("f.safetensors", treeToSafetensors({ a: { data: Float32Array.from(data), shape: [data.length] } }));
    await expect(loadFisher(file(1, -2))).rejects.toThrow(/f\.safetensors, tensor "a": element 1 is -2/);
    await expect(loadFisher(file(Number.NaN))).rejects.toThrow(/NaN/);
    await expect(loadFisher(memoryFile("f", treeToSafetensors({})))).rejects.toThrow(/no tensors/);
  });
});
