import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { softCrossEntropy, softmax } from "../../../kit/nets/class-scores.ts";
import { initMlp, mlp, mlpLogits } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { trainClassifier } from "../../../kit/nets/train.ts";
import { cloneTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { meanConfidence } from "./calibration.ts";
import { bang, fineTune, mixRows, smoothedTargets, usualBalance } from "./fine-tune.ts";
import { wiseFt } from "./wise-ft.ts";

const net = mlp([4, 6, 3]);
const start = initMlp(net, new Random(1));
const random = new Random(2);
const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
const inputs = Float32Array.from({ length: 240 }, (_, i) => random.normal(labels[Math.floor(i / 4)] === i % 4 ? 3 : 0));
const data = { inputs, labels };

describe("fine-tuning with label smoothing and Mixup", () => {
  it("is plain cross-entropy training with neither, and the kit's smoothing with the first", () => {
    const before = cloneTree(start);
    for (const labelSmoothing of [0, 0.1]) {
      const kit = trainClassifier(net, start, inputs, labels, {
        steps: 25,
        optimizer: adamW({ weightDecay: 0 }),
        smoothing: labelSmoothing,
        random: new Random(5),
      });
      expect(fineTune(net, start, data, { steps: 25, labelSmoothing, random: new Random(5) })).toEqual(kit);
    }
    expect(start).toEqual(before);
  });

  it("mixes rows and targets alike: λ = 1 changes nothing, λ = 0 takes the partners, and sums stay", () => {
    const cases = fc.record({ lambda: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.nat(100) });
    fc.assert(
      fc.property(cases, ({ lambda, seed }) => {
        const targets = smoothedTargets([0, 2, 1, 1], 3, 0.2);
        const partners = new Random(seed).permutation(4);
        const mixed = mixRows(targets, 3, partners, lambda);
        for (let n = 0; n < 4; n++) {
          const row = mixed.subarray(3 * n, 3 * n + 3);
          expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
        }
        expect(mixRows(targets, 3, partners, 1)).toEqual(targets);
        const swapped = mixRows(targets, 3, partners, 0);
        expect(swapped[0]).toBe(targets[3 * (partners[0] ?? 0)]);
      }),
    );
  });

  it("nears plain gradients as the Mixup parameter falls: the loss of a batch is then that of its examples", () => {
    const logits = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const targets = smoothedTargets([0, 2, 1, 1], 3, 0);
    const plain = softCrossEntropy(logits, targets, 3);
    const partners = [2, 0, 3, 1];
    // Beta(a, a) puts all its weight on λ = 0 and 1 as a falls; either way every example counts once.
    const whole = softCrossEntropy(mixRows(logits, 3, partners, 0), mixRows(targets, 3, partners, 0), 3);
    expect(whole.loss).toBeCloseTo(plain.loss, 6);
    const draws = Array.from({ length: 200 }, (_, i) => new Random(i).dirichlet([0.01, 0.01])[0] ?? 0.5);
    expect(draws.filter((lambda) => lambda > 0.01 && lambda < 0.99).length).toBeLessThan(15);
  });

  it("makes a model less sure", () => {
    const confidence = (balance: object): number => {
      const optimizer = adamW({ learningRate: 0.01, weightDecay: 0 });
      const tuned = fineTune(net, start, data, { steps: 300, optimizer, random: new Random(5), ...balance });
      return meanConfidence(softmax(mlpLogits(net, tuned, inputs, 60), 3), 3);
    };
    const plain = confidence({});
    expect(confidence({ labelSmoothing: 0.1 })).toBeLessThan(plain - 0.03);
    expect(confidence({ mixupAlpha: 0.3 })).toBeLessThan(plain - 0.03);
  });

  it("is averaged with its ancestor by BANG", () => {
    const options = { steps: 20, random: new Random(5) };
    const { tuned, averaged } = bang(net, start, data, { ...options, alpha: 0.25 });
    expect(tuned).toEqual(fineTune(net, start, data, { ...usualBalance, ...options, random: new Random(5) }));
    expect(averaged).toEqual(wiseFt(start, tuned, 0.25));
  });

  it("refuses strengths that make no sense and labels that are no class", () => {
    const attempt = (options: object) => () =>
      fineTune(net, start, data, { steps: 1, random: new Random(1), ...options });
    expect(attempt({ labelSmoothing: 1 })).toThrow(/label smoothing is 1/);
    expect(attempt({ labelSmoothing: Number.NaN })).toThrow(/label smoothing is NaN/);
    expect(attempt({ mixupAlpha: 0.001 })).toThrow(/Mixup parameter is 0\.001/);
    expect(attempt({ mixupAlpha: -1 })).toThrow(/Mixup parameter is -1/);
    expect(() => smoothedTargets([0, 3], 3, 0)).toThrow(/label 3 of example 1/);
  });
});
