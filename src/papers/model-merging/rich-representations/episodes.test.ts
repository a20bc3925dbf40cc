import { describe, expect, it } from "vitest";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { trainClassifier } from "../../../kit/nets/train.ts";
import { Random } from "../../../kit/random.ts";
import { CatRepresentation, representationOverlap } from "./cat-representation.ts";
import { jointParallel, snapshots, trainEpisodes, trainJointly } from "./episodes.ts";
import { initNet, logitEnsemble, netFeatures } from "./networks.ts";
import { redundantViews } from "./redundant-views.ts";

const spec = { inputs: 6, hidden: [8], classes: 2 };
const data = redundantViews({ views: 3, flip: 0.05, count: 300, random: new Random(1) });
const quick = { steps: 40, batch: 32 };

describe("episodes", () => {
  it("trains one network as the kit's plain training does", () => {
    const start = initNet(spec, new Random(3));
    const [ours] = trainJointly([start], data, {
      ...quick,
      learningRate: 0.01,
      weightDecay: 0.2,
      random: new Random(4),
    });
    const kit = trainClassifier(start.net, start.params, data.inputs, data.labels, {
      ...quick,
      optimizer: adamW({ learningRate: 0.01, weightDecay: 0.2 }),
      random: new Random(4),
    });
    expect(ours?.params).toEqual(kit);
    expect(start).toEqual(initNet(spec, new Random(3)));
  });

  it("repeats itself for a seed, and differs between seeds", () => {
    const nets = trainEpisodes(spec, data, { n: 3, seeds: [5, 6, 5], ...quick });
    expect(nets[2]).toEqual(nets[0]);
    expect(trainEpisodes(spec, data, { n: 1, seeds: [6], ...quick })[0]).toEqual(nets[1]);
    const [a, b] = nets.map((net) => netFeatures(net, data.inputs, 300));
    expect(representationOverlap(a as Float32Array, b as Float32Array, 300)).toBeLessThan(0.98);
  });

  it("trains networks as one so that their sum, not each alone, fits", () => {
    const nets = jointParallel(spec, 3, data, { steps: 400, seed: 2 });
    expect(jointParallel(spec, 3, data, { steps: 400, seed: 2 })).toEqual(nets);
    const right = (members: typeof nets) => {
      const logits = logitEnsemble(members)(data.inputs, 300);
      return Array.from(data.labels).filter((y, n) => y === Number((logits[2 * n + 1] ?? 0) > (logits[2 * n] ?? 0)))
        .length;
    };
    expect(right(nets)).toBeGreaterThan(290);
    for (const net of nets) expect(right([net])).toBeLessThan(right(nets));
  });

  it("takes snapshots of one run, the last of which is the run's end", () => {
    const taken = snapshots(spec, data, { n: 3, cycleSteps: 20, seed: 9, batch: 32 });
    expect(taken).toHaveLength(3);
    expect(taken[0]).not.toEqual(taken[1]);
    const [whole] = trainEpisodes(spec, data, { n: 1, seeds: [9], steps: 60, batch: 32, learningRate: 1e-2 });
    expect(taken[2]).toEqual(whole);
  });

  it("refuses no networks, too few seeds, no hidden layer and unequal rows", () => {
    expect(() => trainEpisodes(spec, data, { n: 0, ...quick })).toThrow("0 networks are not possible");
    expect(() => trainEpisodes(spec, data, { n: 2, seeds: [1], ...quick })).toThrow("1 seeds for 2 networks");
    expect(() => snapshots(spec, data, { n: 1, cycleSteps: 0 })).toThrow("a cycle of 0 steps");
    expect(() => initNet({ ...spec, hidden: [] }, new Random(1))).toThrow(/no features of its own/);
    const other = initNet({ ...spec, inputs: 5 }, new Random(1));
    expect(() => new CatRepresentation([initNet(spec, new Random(1)), other])).toThrow(/network 2 takes rows of 5/);
    expect(() => new CatRepresentation([])).toThrow(/there are no networks/);
    const third = initNet({ ...spec, classes: 3 }, new Random(1));
    expect(() =>
      trainJointly([initNet(spec, new Random(1)), third], data, { ...quick, random: new Random(1) }),
    ).toThrow(/heads of different widths/);
  });
});
