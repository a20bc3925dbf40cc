import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { CatRepresentation, representationOverlap } from "./cat-representation.ts";
import { trainEpisodes } from "./episodes.ts";
import { linearProbe, splitByClass } from "./linear-probe.ts";
import { initNet, netFeatures } from "./networks.ts";
import { redundantViews, viewSigns } from "./redundant-views.ts";

const views = { views: 6, flip: 0.05 };
const source = redundantViews({ ...views, count: 500, random: new Random(1) });
const target = redundantViews({ ...views, carriers: [1, 4], count: 600, random: new Random(2) });
const test = redundantViews({ ...views, carriers: [1, 4], count: 4000, random: new Random(3) });
const nets = trainEpisodes({ inputs: 12, hidden: [8], classes: 2 }, source, { n: 3, steps: 200 });

describe("concatenated representations", () => {
  it("CAT₁ is the network's own features, and CATₙ has every network's in its own columns", () => {
    const single = new CatRepresentation(nets.slice(0, 1));
    expect(single.transform(test.inputs)).toEqual(netFeatures(nets[0] as never, test.inputs, 4000));
    const all = new CatRepresentation(nets);
    expect(all.dim).toBe(24);
    const rows = all.transform(test.inputs.subarray(0, 24));
    const second = netFeatures(nets[1] as never, test.inputs, 2);
    expect([...rows.subarray(8, 16)]).toEqual([...second.subarray(0, 8)]);
    expect([...rows.subarray(32, 40)]).toEqual([...second.subarray(8, 16)]);
  });

  it("copies of one network tell a probe nothing new", () => {
    const one = new CatRepresentation(nets.slice(0, 1));
    const copies = new CatRepresentation([0, 0, 0, 0].map((k) => nets[k] as never));
    // Four equal columns share a weight: λ = 4a on the copies is λ = a on one.
    const grid = [0.1, 0.03, 0.01];
    const a = linearProbe(one.transform(target.inputs), target.labels, { l2Grid: grid });
    const b = linearProbe(copies.transform(target.inputs), target.labels, { l2Grid: grid.map((l2) => 4 * l2) });
    expect(b.l2).toBeCloseTo(4 * a.l2);
    const [x, y] = [one, copies].map((cat, i) => (i === 0 ? a : b).accuracy(cat.transform(test.inputs), test.labels));
    expect(y).toBeCloseTo(x as number, 2);
  });

  it("brings features to mean 0 and deviation 1 on the rows given, constant ones to 0", () => {
    const cat = new CatRepresentation(nets, { standardize: { inputs: source.inputs, count: 500 } });
    const features = cat.transform(source.inputs);
    for (let i = 0; i < cat.dim; i++) {
      const column = Array.from({ length: 500 }, (_, n) => features[n * cat.dim + i] as number);
      const mean = column.reduce((a, b) => a + b) / 500;
      const square = column.reduce((a, b) => a + b * b, 0) / 500;
      expect(mean).toBeCloseTo(0, 4);
      expect(Math.min(Math.abs(square), Math.abs(square - 1))).toBeLessThan(1e-3);
    }
  });

  it("linear CKA is 1 for a rotated, scaled and shifted copy, between 0 and 1 otherwise", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.1, max: 6, noNaN: true }), (seed, angle) => {
        const random = new Random(seed);
        const a = Float32Array.from({ length: 60 }, () => random.normal());
        const b = Float32Array.from({ length: 60 }, (_, at) => {
          const [x, y] = [a[at & ~1] as number, a[at | 1] as number];
          return (
            5 + 3 * (at & 1 ? Math.cos(angle) * y - Math.sin(angle) * x : Math.cos(angle) * x + Math.sin(angle) * y)
          );
        });
        const c = Float32Array.from({ length: 90 }, () => random.normal());
        expect(representationOverlap(a, b, 30)).toBeCloseTo(1, 4);
        const other = representationOverlap(a, c, 30);
        expect(other).toBeGreaterThanOrEqual(0);
        expect(other).toBeLessThan(1);
        expect(representationOverlap(c, a, 30)).toBeCloseTo(other, 10);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses rows that do not fit", () => {
    expect(() => new CatRepresentation(nets).transform(new Float32Array(13))).toThrow(
      /13 values do not make rows of 12/,
    );
  });
});

describe("the linear probe", () => {
  it("reaches what two carriers allow on the views' signs, 1 − q, and stays at chance on the raw values", () => {
    const bayes = 0.95;
    const slack = 4 * Math.sqrt((bayes * (1 - bayes)) / 4000);
    const oracle = linearProbe(viewSigns(target.inputs), target.labels);
    const reached = oracle.accuracy(viewSigns(test.inputs), test.labels);
    expect(reached).toBeGreaterThan(bayes - slack);
    expect(reached).toBeLessThan(bayes + slack);
    const raw = linearProbe(target.inputs, target.labels).accuracy(test.inputs, test.labels);
    expect(Math.abs(raw - 0.5)).toBeLessThan(0.05);
    const before = structuredClone(nets);
    const cat = new CatRepresentation(nets);
    const probed = linearProbe(cat.transform(target.inputs), target.labels);
    expect(probed.accuracy(cat.transform(test.inputs), test.labels)).toBeLessThan(bayes + slack);
    expect(nets).toEqual(before); // frozen: not a bit of them moves
  });

  it("does not depend on the scale of the features, and predicts what it scores", () => {
    const signs = viewSigns(target.inputs);
    const scaled = signs.map((value, at) => 1000 + 300 * (at % 6) * value);
    const [a, b] = [linearProbe(signs, target.labels), linearProbe(scaled, target.labels)];
    expect(b.l2).toBe(a.l2);
    const grown = viewSigns(test.inputs).map((value, at) => 1000 + 300 * (at % 6) * value);
    const predicted = b.predict(grown);
    const right = Array.from(test.labels).filter((y, n) => y === predicted[n]).length / 4000;
    expect(b.accuracy(grown, test.labels)).toBeCloseTo(right, 12);
  });

  it("keeps back a share of every class and never all of one", () => {
    const { train, held } = splitByClass([0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 2], 0.25, new Random(1));
    expect([...train, ...held].sort((a, b) => a - b)).toEqual([...Array(11).keys()]);
    expect(held.filter((n) => n !== 4 && n < 9)).toHaveLength(2);
    expect(held).not.toContain(4);
    expect(train.filter((n) => n >= 9)).toHaveLength(1);
  });

  it("refuses one class, values that are not finite and too few rows", () => {
    expect(() => linearProbe(Float32Array.of(1, 2), [1, 1])).toThrow(/all rows are of one class/);
    expect(() => linearProbe(Float32Array.of(1, 2), [0, 1])).toThrow(/too few to keep any back/);
    expect(linearProbe(Float32Array.of(1, 2), [0, 1], { l2Grid: [1] }).l2).toBe(1);
    expect(() => linearProbe(Float32Array.of(1, Number.NaN), [0, 1], { l2Grid: [1] })).toThrow(/the feature is/);
    expect(() => linearProbe(Float32Array.of(1, 2), [0, 1], { l2Grid: [] })).toThrow(/no λ/);
    expect(() => linearProbe(Float32Array.of(1, 2, 3), [0, 1])).toThrow(/3 values/);
  });
});

it("views carry the label as often as they should, and single values say nothing", () => {
  const { inputs, labels } = redundantViews({
    views: 3,
    flip: 0.2,
    carriers: [2],
    count: 20_000,
    random: new Random(5),
  });
  const signs = viewSigns(inputs);
  for (const [v, expected] of [0.5, 0.5, 0.8].entries()) {
    const agree = Array.from(labels).filter((y, n) => (signs[3 * n + v] as number) === 2 * y - 1).length / 20_000;
    expect(Math.abs(agree - expected)).toBeLessThan(0.015);
  }
  const alone = Array.from(labels).filter((y, n) => inputs[6 * n + 4] === 2 * y - 1).length / 20_000;
  expect(Math.abs(alone - 0.5)).toBeLessThan(0.015);
  expect(initNet({ inputs: 6, hidden: [4], classes: 2 }, new Random(1)).net.sizes).toEqual([6, 4, 2]);
});
