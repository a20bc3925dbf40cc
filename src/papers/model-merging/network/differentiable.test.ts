import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossEntropy } from "../../../kit/nets/class-scores.ts";
import { elementCount, mapTree, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { sequential } from "../fisher-merging/sequential.ts";
import { parseArchitecture } from "./architecture.ts";
import { differentiableNetwork } from "./differentiable.ts";

const random = new Random(5);
const tensor = (...shape: number[]) => ({
  data: Float32Array.from({ length: elementCount(shape) }, () => random.normal(0, 0.6)),
  shape,
});
const rows = (count: number, width: number): Float32Array =>
  Float32Array.from({ length: count * width }, () => random.normal());

const cases: Record<string, { document: unknown; params: ParamTree }> = {
  "a cosine head over dense layers": {
    document: {
      input: [5],
      layers: [
        { type: "linear", name: "a" },
        { type: "tanh" },
        { type: "linear", name: "b" },
        { type: "normalize", scale: 4 },
        { type: "linear", name: "head", bias: false },
      ],
    },
    params: {
      "a.weight": tensor(6, 5),
      "a.bias": tensor(6),
      "b.weight": tensor(4, 6),
      "b.bias": tensor(4),
      "head.weight": tensor(3, 4),
    },
  },
  "inputs first, and a layer used twice": {
    document: {
      input: [4],
      weights: "in-out",
      layers: [
        { type: "linear", name: "a" },
        { type: "sigmoid" },
        { type: "linear", name: "a" },
        { type: "relu" },
        { type: "linear", name: "head" },
      ],
    },
    params: { "a.weight": tensor(4, 4), "a.bias": tensor(4), "head.weight": tensor(4, 2), "head.bias": tensor(2) },
  },
  "convolutions and pooling": {
    document: {
      input: [2, 5, 5],
      layers: [
        { type: "conv2d", name: "c", padding: 1 },
        { type: "tanh" },
        { type: "avgpool2d", size: 2 },
        { type: "conv2d", name: "d", bias: false, stride: 2 },
        { type: "maxpool2d", size: 1 },
        { type: "flatten" },
        { type: "linear", name: "e" },
      ],
    },
    params: {
      "c.weight": tensor(3, 2, 3, 3),
      "c.bias": tensor(3),
      "d.weight": tensor(2, 3, 1, 1),
      "e.weight": tensor(3, 2),
      "e.bias": tensor(3),
    },
  },
};

describe("a network read from a checkpoint", () => {
  it.each(Object.entries(cases))("goes forward as example by example, and back as differences say: %s", (_, given) => {
    const architecture = parseArchitecture(given.document, "net.json");
    const net = differentiableNetwork(architecture, given.params, "net.json");
    const count = 3;
    const x = rows(count, net.inputs);
    const single = sequential(architecture, given.params, "net.json").logits(x, count);
    const pass = net.forward(given.params, x, count);
    for (const [i, value] of single.entries()) expect(pass.logits[i]).toBeCloseTo(value, 5);
    expect(net.logits(given.params, x, count)).toEqual(pass.logits);
    const labels = [0, 1, 1];
    const lossAt = (params: ParamTree): number => crossEntropy(net.logits(params, x, count), labels, net.classes).loss;
    const gradient = pass.backward(crossEntropy(pass.logits, labels, net.classes).gradient);
    expect(Object.keys(gradient).sort()).toEqual(Object.keys(given.params).sort());
    const names = Object.keys(given.params);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), (name, at) => {
        const size = tensorOf(given.params, name).data.length;
        const step = 1e-2;
        const nudged = (by: number): ParamTree =>
          mapTree(given.params, (data, other) => {
            const copy = data.slice();
            if (other === name) copy[at % size] = (copy[at % size] as number) + by;
            return copy;
          });
        const slope = (lossAt(nudged(step)) - lossAt(nudged(-step))) / (2 * step);
        const found = tensorOf(gradient, name).data[at % size] as number;
        expect(Math.abs(found - slope)).toBeLessThan(5e-4 + 0.01 * Math.abs(slope));
      }),
      { numRuns: 60 },
    );
  });

  it("gives nothing for a vector of length 0 under a cosine head", () => {
    const architecture = parseArchitecture(
      { input: [2], layers: [{ type: "normalize" }, { type: "linear", name: "h", bias: false }] },
      "net.json",
    );
    const params = { "h.weight": tensor(2, 2) };
    const net = differentiableNetwork(architecture, params, "net.json");
    const pass = net.forward(params, new Float32Array(2), 1);
    expect([...pass.logits]).toEqual([0, 0]);
    expect([...tensorOf(pass.backward(Float32Array.of(1, -1)), "h.weight").data]).toEqual([0, 0, 0, 0]);
  });
});
