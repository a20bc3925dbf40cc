import { describe, expect, it } from "vitest";
import { cloneTree, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { MosAdapter } from "./mos-adapter.ts";
import { mosConfig } from "./mos-config.ts";
import { residualNetwork } from "./residual-network.ts";
import { lora } from "./rival-adapters.ts";
import { regressionTask, teacherUpdates } from "./teachers.ts";
import {
  adaptedOutputs,
  adaptedWeights,
  adapterGradient,
  type Examples,
  everywhere,
  squaredLoss,
  trainAdapter,
} from "./train-adapter.ts";

const random = new Random(11);
const gaussian = (size: number, sd = 1): Float32Array =>
  Float32Array.from({ length: size }, () => random.normal(0, sd));
const weights = Array.from({ length: 3 }, () => gaussian(36, 0.4));

describe("the residual network", () => {
  it("is what the formula says, with an entry and a head", () => {
    const [entry, head] = [gaussian(24, 0.5), gaussian(12, 0.5)];
    const net = residualNetwork(weights, 6, { entry, head });
    const x = gaussian(4);
    const times = (w: Float32Array, v: number[]): number[] =>
      Array.from({ length: w.length / v.length }, (_, o) =>
        v.reduce((sum, value, i) => sum + (w[o * v.length + i] as number) * value, 0),
      );
    let h = times(entry, [...x]);
    for (const w of weights) {
      const bend = times(w, h);
      h = h.map((value, i) => value + 0.5 * Math.tanh(bend[i] as number));
    }
    const out = net.forward(weights, x, 1).outputs;
    for (const [i, value] of times(head, h).entries()) expect(out[i]).toBeCloseTo(value, 5);
  });

  it("has the gradients that finite differences say", () => {
    const net = residualNetwork(weights, 6, { head: gaussian(12, 0.5) });
    const [rows, targets] = [gaussian(30), gaussian(10)];
    const lossAt = (given: Float32Array[]): number => squaredLoss(net.forward(given, rows, 5).outputs, targets).loss;
    const pass = net.forward(weights, rows, 5);
    const slopes = pass.backward(squaredLoss(pass.outputs, targets).gradient);
    for (let k = 0; k < 3; k++) {
      for (let i = 0; i < 36; i += 5) {
        const nudged = (by: number): number =>
          lossAt(weights.map((w, j) => (j === k ? w.map((value, at) => (at === i ? value + by : value)) : w)));
        expect(slopes[k]?.[i]).toBeCloseTo((nudged(0.01) - nudged(-0.01)) / 0.02, 3);
      }
    }
  });
});

describe("training an adapter", () => {
  const type = { layers: 3, inDim: 6, outDim: 6 };
  const net = residualNetwork(weights, 6);
  const inputs = gaussian(40 * 6);
  const data: Examples = { inputs, count: 40, targets: gaussian(40 * 6) };

  it("with r = e = p follows LoRA of rank e exactly: start, gradients, every step", () => {
    const options = { ...type, equivalentRank: 2, alpha: 3, seed: 9 };
    const mos = new MosAdapter(mosConfig({ ...options, rank: 2, privateRank: 2, shardsPerVector: 3 }));
    const plain = lora(options);
    const [ours, theirs] = [everywhere(mos), everywhere(plain)];
    const flat = (): number[] => Array.from({ length: 3 }, (_, k) => [...mos.materialize(k).A]).flat();
    const flatPlain = (): number[] => Array.from({ length: 3 }, (_, k) => [...plain.materialize(k).A]).flat();
    expect(flat()).toEqual(flatPlain());
    for (let i = 0; i < mos.poolB.length; i++) mos.poolB[i] = Math.sin(i);
    for (let k = 0; k < 3; k++) tensorOf(plain.params, `${k}.B`).data.set(mos.poolB.subarray(12 * k, 12 * k + 12));
    const slopes = [gaussian(36), gaussian(36), gaussian(36)];
    const gradient = adapterGradient(ours[0] as (typeof ours)[0], slopes, "out-in");
    const gradientPlain = adapterGradient(theirs[0] as (typeof theirs)[0], slopes, "out-in");
    expect([...tensorOf(gradient, "poolA").data]).toEqual(
      [0, 1, 2].flatMap((k) => [...tensorOf(gradientPlain, `${k}.A`).data]),
    );
    const losses: number[][] = [[], []];
    for (const [i, placements] of [ours, theirs].entries()) {
      const onStep = (_: number, loss: number): void => void losses[i]?.push(loss);
      trainAdapter(net, placements, data, { steps: 30, lr: 0.02, batch: 8, seed: 4, onStep });
    }
    expect(losses[0]).toEqual(losses[1]);
    expect(flat()).toEqual(flatPlain());
    expect(adaptedOutputs(net, ours, inputs, 40)).toEqual(adaptedOutputs(net, theirs, inputs, 40));
  });

  it("lowers the loss, leaves the frozen weights alone, and repeats itself", () => {
    const before = weights.map((w) => w.slice());
    const run = (): Float32Array => {
      const adapter = new MosAdapter(mosConfig({ ...type, rank: 4, equivalentRank: 2, shardsPerVector: 2, seed: 2 }));
      trainAdapter(net, everywhere(adapter), data, { steps: 150, lr: 0.02, batch: 20, seed: 1 });
      return adaptedOutputs(net, everywhere(adapter), inputs, 40);
    };
    const targets = data.targets ?? new Float32Array();
    const start = squaredLoss(net.forward(weights, inputs, 40).outputs, targets).loss;
    const first = run();
    expect(squaredLoss(first, targets).loss).toBeLessThan(0.9 * start);
    expect(run()).toEqual(first);
    expect(weights).toEqual(before);
  });

  it("learns labels, with two adapters of different layers", () => {
    const head = gaussian(12, 0.7);
    const model = residualNetwork(weights, 6, { head });
    const labels = Uint8Array.from({ length: 40 }, (_, i) => ((inputs[i * 6] as number) > 0 ? 1 : 0));
    const of = (layers: number[], seed: number) => ({
      adapter: lora({ layers: layers.length, inDim: 6, outDim: 6, equivalentRank: 1, seed }),
      layers,
    });
    const placements = [of([2], 1), of([0, 1], 2)];
    const losses: number[] = [];
    const onStep = (_: number, loss: number): void => void losses.push(loss);
    trainAdapter(
      model,
      placements,
      { inputs, count: 40, labels },
      { steps: 200, lr: 0.03, batch: 40, seed: 1, onStep },
    );
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));
    const merged = adaptedWeights(model, placements);
    const out = adaptedOutputs(model, placements, inputs, 40);
    expect([...model.forward(merged, inputs, 40).outputs]).toEqual([...out]);
  });

  it("leaves public shards that nobody uses as they were", () => {
    const config = mosConfig({ ...type, rank: 1, privateRank: 0, equivalentRank: 3, shardsPerVector: 1, seed: 5 });
    const adapter = new MosAdapter(config);
    const start = cloneTree(adapter.params);
    trainAdapter(net, everywhere(adapter), data, { steps: 20, lr: 0.05, seed: 1 });
    const used = new Set(adapter.indexA.flatMap((table) => [...table]));
    for (let shard = 0; shard < 9; shard++) {
      const slice = (pool: Float32Array): Float32Array => pool.slice(6 * shard, 6 * shard + 6);
      const same = slice(adapter.poolA).every((value, i) => value === slice(tensorOf(start, "poolA").data)[i]);
      expect(same).toBe(!used.has(shard));
    }
  });
});

describe("the teachers", () => {
  it("have updates of the same size, from common atoms or their own", () => {
    const size = (updates: Float32Array[]): number => {
      const all = updates.flatMap((update) => [...update]);
      return Math.sqrt(all.reduce((sum, value) => sum + value * value, 0) / all.length);
    };
    const shared = teacherUpdates("shared atoms", 8, 32, new Random(1));
    const half = teacherUpdates("half shared", 8, 32, new Random(1));
    const own = teacherUpdates("independent", 8, 32, new Random(1));
    for (const updates of [shared, half, own]) expect(size(updates) * Math.sqrt(32)).toBeCloseTo(0.5, 1);
  });

  it("leave a task that the true updates solve", () => {
    const dimensions = { layers: 3, width: 8, trainRows: 20, testRows: 10 };
    const task = regressionTask("shared atoms", dimensions, new Random(3));
    const updates = teacherUpdates("shared atoms", 3, 8, new Random(3).fork("teacher"));
    const solved = task.base.weights.map((w, k) => w.map((value, i) => value + (updates[k]?.[i] as number)));
    const { inputs: rows, count, targets = new Float32Array() } = task.test;
    expect(squaredLoss(task.base.forward(solved, rows, count).outputs, targets).loss).toBeLessThan(1e-12);
    expect(squaredLoss(task.base.forward(task.base.weights, rows, count).outputs, targets).loss).toBeGreaterThan(0.01);
    expect(task.test.inputs).not.toEqual(task.train.inputs.subarray(0, 80));
  });
});
