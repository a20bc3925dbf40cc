import { describe, expect, it } from "vitest";
import { softmax } from "../../../kit/nets/class-scores.ts";
import { Random } from "../../../kit/random.ts";
import { distill } from "./distill.ts";
import { trainEpisodes } from "./episodes.ts";
import { jointFinetune, twoStageFinetune } from "./fine-tuning.ts";
import { netClassifier, netFeatures, withFreshHead } from "./networks.ts";
import { redundantViews } from "./redundant-views.ts";
import { vrex, vrexLoss } from "./v-rex.ts";

const views = { views: 4, flip: 0.05 };
const source = redundantViews({ ...views, count: 400, random: new Random(1) });
const target = redundantViews({ ...views, carriers: [0, 2], count: 200, random: new Random(2) });
const test = redundantViews({ ...views, carriers: [0, 2], count: 1000, random: new Random(3) });
const nets = trainEpisodes({ inputs: 8, hidden: [12], classes: 2 }, source, { n: 2, steps: 300 });

describe("distillation", () => {
  it("with one teacher of the student's size recovers what the teacher says", () => {
    const [teacher] = nets;
    const gap = (student: ReturnType<typeof distill>): number => {
      const [a, b] = [teacher, student].map((net) => softmax(netClassifier(net as never)(source.inputs, 400), 2));
      return (a as Float32Array).reduce((sum, p, i) => sum + Math.abs(p - (b?.[i] ?? 0)), 0) / 800;
    };
    const options = { hidden: [12], seed: 4 };
    const fresh = gap(distill([teacher as never], source.inputs, { ...options, steps: 0 }));
    const taught = gap(distill([teacher as never], source.inputs, { ...options, steps: 1200 }));
    expect(taught).toBeLessThan(0.03);
    expect(taught).toBeLessThan(fresh / 8);
    const warm = gap(distill([teacher as never], source.inputs, { ...options, steps: 1200, temperature: 2 }));
    expect(warm).toBeLessThan(0.03);
  });

  it("matches features with mse, through one head a teacher", () => {
    const student = distill(nets, source.inputs, { hidden: [24], steps: 1500, loss: "mse", seed: 1 });
    expect(student.net.sizes).toEqual([8, 24, 24]);
    const said = netClassifier(student)(source.inputs, 400);
    const features = netFeatures(nets[1] as never, source.inputs, 400);
    // Head 2 has the second teacher's features in columns 12 to 23: correlate one that moves.
    const correlations = Array.from({ length: 12 }, (_, i) => {
      const a = Array.from({ length: 400 }, (_unused, n) => said[n * 24 + 12 + i] as number);
      const b = Array.from({ length: 400 }, (_unused, n) => features[n * 12 + i] as number);
      return correlation(a, b);
    }).filter(Number.isFinite);
    expect(Math.min(...correlations)).toBeGreaterThan(0.8);
  });

  it("refuses no teachers and an impossible temperature", () => {
    expect(() => distill([], source.inputs, { hidden: [4], steps: 1 })).toThrow(/there are no networks/);
    expect(() => distill(nets, source.inputs, { hidden: [4], steps: 1, temperature: 0 })).toThrow(/temperature is 0/);
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]): number => x.reduce((s, v) => s + v, 0) / x.length;
  const [p, q] = [mean(a), mean(b)];
  const cross = (x: readonly number[], m: number, y: readonly number[], k: number): number =>
    x.reduce((s, v, i) => s + (v - m) * ((y[i] ?? 0) - k), 0);
  return cross(a, p, b, q) / Math.sqrt(cross(a, p, a, p) * cross(b, q, b, q));
}

describe("fine-tuning", () => {
  const options = { classes: 2, steps: 60, seed: 3 };

  it("leaves the given networks as they are, in two stages and jointly, and repeats itself", () => {
    const before = structuredClone(nets);
    const twice = [1, 2].map(() => twoStageFinetune(nets, target, options));
    const joint = [1, 2].map(() => jointFinetune(nets, target, options));
    expect(nets).toEqual(before);
    expect(twice[1]?.nets).toEqual(twice[0]?.nets);
    expect(joint[1]?.nets).toEqual(joint[0]?.nets);
    for (const tuned of [twice[0], joint[0]]) {
      const predicted = tuned?.predict(test.inputs) ?? [];
      const right = Array.from(test.labels).filter((y, n) => y === predicted[n]).length / 1000;
      expect(tuned?.accuracy(test.inputs, test.labels)).toBeCloseTo(right, 12);
      expect(right).toBeGreaterThan(0.6);
    }
  });

  it("tunes each network of the first stage as if it were alone", () => {
    const both = twoStageFinetune(nets, target, options);
    const first = twoStageFinetune(nets.slice(0, 1), target, options);
    expect(both.nets[0]).toEqual(first.nets[0]);
  });

  it("gives a network a head for other classes and keeps its features", () => {
    const headed = withFreshHead(nets[0] as never, 5, new Random(1));
    expect(headed.net.sizes).toEqual([8, 12, 5]);
    expect(netFeatures(headed, test.inputs, 10)).toEqual(netFeatures(nets[0] as never, test.inputs, 10));
  });
});

describe("V-REx", () => {
  const [start] = nets;
  const environments = [source, target].map(({ inputs, labels }) => ({
    inputs: inputs.subarray(0, 80),
    labels: Array.from(labels).slice(0, 10),
  }));

  it("has the gradient of its loss, by finite differences", () => {
    const net = start as NonNullable<typeof start>;
    const { gradient } = vrexLoss(net, environments, 3);
    for (const name of ["layers.0.weight", "layers.1.bias"]) {
      for (const i of [0, 1]) {
        const move = (h: number): number => {
          const copy = structuredClone(net);
          const data = copy.params[name]?.data as Float32Array;
          data[i] = (data[i] as number) + h;
          return vrexLoss(copy, environments, 3).loss;
        };
        const slope = (move(1e-2) - move(-1e-2)) / 2e-2;
        expect(slope).toBeCloseTo(gradient[name]?.data[i] ?? Number.NaN, 2);
      }
    }
  });

  it("brings the environments' risks together as β grows", () => {
    const net = start as NonNullable<typeof start>;
    const spread = (beta: number): number => {
      const tuned = vrex(net, environments, { beta, steps: 150, seed: 1, batch: 10 });
      const [a = 0, b = 0] = environments.map((environment) => vrexLoss(tuned, [environment], 0).loss);
      return Math.abs(a - b);
    };
    expect(spread(100)).toBeLessThan(spread(0));
    expect(() => vrex(net, environments, { beta: -1, steps: 1 })).toThrow(/β is -1/);
    expect(() => vrexLoss(net, [], 1)).toThrow(/no environments/);
  });
});
