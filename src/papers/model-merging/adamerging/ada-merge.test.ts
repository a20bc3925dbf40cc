import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloneTree, mapTree, type ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { cosineNetwork, initEncoder, orthonormalHead } from "../digit-tasks.ts";
import { applyTaskVectors, taskArithmetic } from "../task-vectors.ts";
import { adaMerge, coefficientGradient, entropyOf, groupTensors, type UnlabelledTask } from "./ada-merge.ts";
import { collapseReport, meanEntropy, predictionEntropy } from "./entropy.ts";
import { entropyVsLoss } from "./entropy-and-loss.ts";

const sizes = [5, 7, 4];
const classes = 3;
const network = cosineNetwork(sizes, classes, 4);
const random = new Random(8);
const pretrained = initEncoder(sizes, random);
const nudge = (size: number): ParamTree => mapTree(pretrained, (data) => data.map(() => random.normal(0, size)));
const vectors = [nudge(0.4), nudge(0.4), nudge(0.4)];
const tasks: UnlabelledTask[] = vectors.map((_, k) => ({
  rows: Float32Array.from({ length: 5 * 12 }, () => random.normal()),
  count: 12,
  head: orthonormalHead(4, classes, random.fork(k)),
}));
const names = Object.keys(pretrained);

describe("the entropy of predictions", () => {
  it("is ln C where uniform, 0 where certain, and the slow sum in between", () => {
    expect(meanEntropy(new Float32Array(15).fill(7), 5)).toBeCloseTo(Math.log(5), 12);
    expect(meanEntropy(Float32Array.of(1000, -1000, 0, -1000, 1000, 0), 3)).toBe(0);
    expect(meanEntropy(Float32Array.of(1e3, 1e3, -1e3), 3)).toBeCloseTo(Math.LN2, 12);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 3, maxLength: 3 }), (row) => {
        const logits = Float32Array.from(row);
        const weights = Array.from(logits, Math.exp);
        const total = weights.reduce((a, b) => a + b, 0);
        const slow = -weights.reduce((sum, w) => sum + (w / total) * Math.log(w / total), 0);
        expect(meanEntropy(logits, 3)).toBeCloseTo(slow, 8);
      }),
    );
  });

  it("has the gradient that differences give", () => {
    const logits = Float32Array.from({ length: 8 }, () => random.normal(0, 2));
    const { gradient } = predictionEntropy(logits, 4);
    for (const i of logits.keys()) {
      const at = (step: number): number =>
        meanEntropy(
          logits.map((z, j) => (i === j ? z + step : z)),
          4,
        );
      expect(gradient[i]).toBeCloseTo((at(0.01) - at(-0.01)) / 0.02, 4);
    }
  });

  it("is told apart from a collapse by the histogram of predicted classes", () => {
    const one = Float32Array.of(9, 0, 0, 9, 0, 0, 9, 0, 0, 9, 0, 0);
    expect(collapseReport(one, 3)).toEqual({ shares: [1, 0, 0], entropy: 0, top: 0, topShare: 1 });
    const even = collapseReport(Float32Array.of(9, 0, 9, 0, 9, 0, 0, 9), 2);
    expect(even.shares).toEqual([0.75, 0.25]);
    expect(even.entropy).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 12);
    expect(meanEntropy(one, 3)).toBeLessThan(0.01);
  });

  it("refuses logits that make no rows", () => {
    expect(() => meanEntropy(new Float32Array(5), 3)).toThrow(/5 logits do not make rows of 3/);
    expect(() => meanEntropy(new Float32Array(0), 3)).toThrow(/0 logits/);
    expect(() => meanEntropy(new Float32Array(5), 1)).toThrow(/two or more classes/);
  });
});

describe("entropy beside the supervised loss", () => {
  it("has rank correlation 1 where every prediction is right and the two order samples alike", () => {
    const margins = [3, 1, 2, 0.5, 4, 2.5];
    const { spearman, bins } = entropyVsLoss(Float32Array.from(margins.flatMap((m) => [m, 0])), Array(6).fill(0), 2, {
      bins: 3,
    });
    expect(spearman).toBeCloseTo(1, 12);
    expect(bins.map(({ count, accuracy }) => [count, accuracy])).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
    expect(bins[0]?.loss).toBeLessThan(bins[2]?.loss ?? 0);
  });

  it("is turned round where the certain predictions are the wrong ones, and survives few samples", () => {
    const logits = Float32Array.of(0, 4, 0, 1, 0, 2);
    const { spearman, bins } = entropyVsLoss(logits, [0, 0, 0], 2);
    expect(spearman).toBeCloseTo(-1, 12);
    expect(bins).toHaveLength(3);
    expect(bins[0]).toMatchObject({ accuracy: 0, count: 1 });
    expect(bins[0]?.loss).toBeCloseTo(Math.log(1 + Math.exp(4)), 5);
  });
});

describe("the gradient of the coefficients", () => {
  const lambda = [
    [0.2, 0.4, 0.3, 0.1],
    [0.3, 0.3, 0.6, 0.2],
    [0.1, 0.5, 0.2, 0.7],
  ];
  const entropyAt = (rows: number[][]): number =>
    entropyOf(network, applyTaskVectors(pretrained, vectors, rows), tasks).entropy;

  it.each(["layer", "task"] as const)("is that of finite differences, by %s", (granularity) => {
    const groups = groupTensors(names, granularity);
    const { gradient } = entropyOf(network, applyTaskVectors(pretrained, vectors, lambda), tasks);
    const ours = coefficientGradient(gradient, vectors, groups);
    const h = 2e-3;
    for (const [k, row] of ours.entries()) {
      expect(row).toHaveLength(granularity === "task" ? 1 : 4);
      for (const [g, slope] of row.entries()) {
        const moved = (by: number): number[][] =>
          lambda.map((values, i) => values.map((value, l) => (i === k && groups.of[l] === g ? value + by : value)));
        expect(slope).toBeCloseTo((entropyAt(moved(h)) - entropyAt(moved(-h))) / (2 * h), 2);
      }
    }
  });

  it("is the inner product of the tensor's gradient with the task vector", () => {
    const { gradient } = entropyOf(network, taskArithmetic(pretrained, vectors), tasks);
    const rows = coefficientGradient(gradient, vectors, groupTensors(names, "layer"));
    for (const [k, vector] of vectors.entries()) {
      for (const [l, name] of names.entries()) {
        const [a, b] = [gradient[name]?.data ?? [], vector[name]?.data ?? []];
        expect(rows[k]?.[l]).toBeCloseTo(
          Array.from(a).reduce((sum, g, i) => sum + g * (b[i] ?? 0), 0),
          6,
        );
      }
    }
  });
});

describe("AdaMerging", () => {
  const options = { steps: 60, learningRate: 0.02, batch: 12, seed: 1 };

  it("lowers the entropy on a batch that stays the same", async () => {
    for (const granularity of ["task", "layer"] as const) {
      const {
        entropy,
        params,
        lambda,
        names: groups,
      } = await adaMerge(network, pretrained, vectors, tasks, {
        ...options,
        granularity,
      });
      expect(entropy).toHaveLength(60);
      expect(entropy.at(-1)).toBeLessThan((entropy[0] ?? 0) - 0.1);
      expect(entropyOf(network, params, tasks).entropy).toBeLessThan(entropy[0] ?? 0);
      expect(groups).toEqual(granularity === "task" ? ["all"] : names);
      expect(lambda.flat().every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it("is task arithmetic with the starting scale when no step is taken", async () => {
    const still = await adaMerge(network, pretrained, vectors, tasks, { steps: 0 });
    expect(still.params).toEqual(taskArithmetic(pretrained, vectors, Math.fround(0.3)));
    expect(still.entropy).toEqual([]);
    expect(still.coefficients).toEqual(Array(3).fill(Array(4).fill(Math.fround(0.3))));
  });

  it("ties the coefficients that are given one name", async () => {
    const tied = await adaMerge(network, pretrained, vectors, tasks, { ...options, granularity: () => "same" });
    const task = await adaMerge(network, pretrained, vectors, tasks, { ...options, granularity: "task" });
    expect(tied.params).toEqual(task.params);
    const layers = await adaMerge(network, pretrained, vectors, tasks, {
      ...options,
      granularity: (name) => name.split(".")[1] ?? "",
    });
    expect(layers.names).toEqual(["0", "1"]);
    for (const row of layers.coefficients) {
      expect([row[0], row[2]]).toEqual([row[1], row[3]]);
    }
  });

  it("gives the result of its own coefficients, and changes nothing else", async () => {
    const before = [pretrained, ...vectors, ...tasks.map(({ head }) => head ?? {})].map(cloneTree);
    const rows = tasks.map((task) => task.rows.slice());
    const merged = await adaMerge(network, pretrained, vectors, tasks, options);
    expect(merged.params).toEqual(applyTaskVectors(pretrained, vectors, merged.coefficients));
    expect([pretrained, ...vectors, ...tasks.map(({ head }) => head ?? {})]).toEqual(before);
    expect(tasks.map((task) => task.rows)).toEqual(rows);
    expect((await adaMerge(network, pretrained, vectors, tasks, options)).lambda).toEqual(merged.lambda);
    expect((await adaMerge(network, pretrained, vectors, tasks, { ...options, batch: 4, seed: 2 })).lambda).not.toEqual(
      (await adaMerge(network, pretrained, vectors, tasks, { ...options, batch: 4, seed: 3 })).lambda,
    );
  });

  it("stops moving a coefficient once it has left the range", async () => {
    const short = { ...options, init: 1.5, steps: 20 };
    const stuck = await adaMerge(network, pretrained, vectors, tasks, short);
    // All start outside, so none has a gradient, and all count as 1.
    expect(stuck.lambda.flat().every((value) => value === 1)).toBe(true);
    expect(new Set(stuck.entropy.map((value) => value.toFixed(9))).size).toBeLessThan(4);
    const free = await adaMerge(network, pretrained, vectors, tasks, { ...short, clamp: [0, 2] });
    expect(free.lambda.flat().some((value) => value > 1)).toBe(true);
    const below = await adaMerge(network, pretrained, vectors, tasks, { ...short, init: -0.5 });
    expect(below.lambda.flat().every((value) => value === 0)).toBe(true);
    expect(below.params).toEqual(pretrained);
  });

  it("tells its steps, and waits for who listens", async () => {
    const seen: number[] = [];
    await adaMerge(network, pretrained, vectors, tasks, {
      ...options,
      steps: 3,
      onStep: async (step, entropy) => {
        await null;
        seen.push(step);
        expect(entropy).toBeGreaterThan(0);
      },
    });
    expect(seen).toEqual([0, 1, 2]);
  });

  it("refuses what does not fit", async () => {
    const refused = (options: object, given = tasks, taus = vectors): Promise<unknown> =>
      adaMerge(network, pretrained, taus, given, { steps: 1, ...options }).catch((error: Error) => error.message);
    expect(await refused({}, [], [])).toMatch(/no task vectors/);
    expect(await refused({}, tasks.slice(1))).toMatch(/3 task vectors and inputs of 2 tasks/);
    const [first, ...rest] = tasks as [UnlabelledTask, ...UnlabelledTask[]];
    expect(await refused({}, [{ rows: new Float32Array(), count: 0 }, ...rest])).toMatch(/task 1: there are no inputs/);
    expect(await refused({}, [{ ...first, head: {} }, ...rest])).toMatch(/no tensor "head.weight"/);
    expect(await refused({}, [{ ...first, head: { ...first.head, ...pretrained } }, ...rest])).toMatch(
      /task 1: the tensor "layers\.0\.weight" of its head is also/,
    );
    expect(await refused({ clamp: [1, 1] })).toMatch(/from 1 to 1 is empty/);
    expect(await refused({ steps: -1 })).toMatch(/number of steps cannot be -1/);
    expect(await refused({ learningRate: 0 })).toMatch(/learning rate cannot be 0/);
    expect(await refused({ batch: 0.5 })).toMatch(/inputs a step cannot be 0.5/);
    expect(await refused({ init: Number.NaN })).toMatch(/start cannot be NaN/);
    const endless = { ...first, rows: first.rows.map(() => Number.POSITIVE_INFINITY) };
    expect(await refused({}, [endless, ...rest])).toMatch(/entropy is NaN at step 1/);
  });
});
