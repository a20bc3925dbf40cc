import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadInput } from "../../../kit/errors.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { nameFilter } from "../checkpoints/compare.ts";
import { outputEnsemble } from "../output-ensemble.ts";
import { coefficientGrid, dirichletCoefficients, interpolationCurve, searchCoefficients } from "./coefficients.ts";
import { fisherMerge, isotropicMerge } from "./fisher-merge.ts";

const tree = (...values: number[]): ParamTree => ({ w: { data: Float32Array.from(values), shape: [values.length] } });
const values = (merged: ParamTree): number[] => [...(merged.w?.data ?? [])];

const size = 5;
const weights = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: size, maxLength: size });
const information = fc.array(fc.float({ min: Math.fround(1e-4), max: 4, noNaN: true }), {
  minLength: size,
  maxLength: size,
});
const simplex = fc.double({ min: 0.01, max: 0.99, noNaN: true }).map((l) => [l, 1 - l]);

describe("fisherMerge", () => {
  it("computes the example worked by hand", () => {
    // (0.5·3·1 + 0.5·1·5) / (0.5·3 + 0.5·1) = 2
    expect(values(fisherMerge([tree(1), tree(5)], [tree(3), tree(1)], { normalize: false }))).toEqual([2]);
    // λ = (¼, ¾): (0.75·1 + 0.75·5) / 1.5 = 3
    const options = { normalize: false, coefficients: [0.25, 0.75] };
    expect(values(fisherMerge([tree(1), tree(5)], [tree(3), tree(1)], options))).toEqual([3]);
  });

  it("is the plain average when all Fishers are equal", () => {
    fc.assert(
      fc.property(weights, weights, information, simplex, (a, b, f, coefficients) => {
        const merged = values(
          fisherMerge([tree(...a), tree(...b)], [tree(...f), tree(...f)], { coefficients, floor: 0 }),
        );
        const plain = values(isotropicMerge([tree(...a), tree(...b)], coefficients));
        for (const [i, value] of merged.entries()) expect(value).toBeCloseTo(plain[i] as number, 4);
      }),
    );
  });

  it("stays between the models, coordinate by coordinate", () => {
    fc.assert(
      fc.property(weights, weights, information, information, simplex, (a, b, f, g, coefficients) => {
        const merged = values(fisherMerge([tree(...a), tree(...b)], [tree(...f), tree(...g)], { coefficients }));
        for (const [i, value] of merged.entries()) {
          const [x, y] = [a[i] as number, b[i] as number];
          expect(value).toBeGreaterThanOrEqual(Math.min(x, y) - 1e-5);
          expect(value).toBeLessThanOrEqual(Math.max(x, y) + 1e-5);
        }
      }),
    );
  });

  it("minimises the weighted squares: the gradient there is 0", () => {
    fc.assert(
      fc.property(weights, weights, information, information, simplex, (a, b, f, g, coefficients) => {
        const merged = values(
          fisherMerge([tree(...a), tree(...b)], [tree(...f), tree(...g)], { coefficients, normalize: false, floor: 0 }),
        );
        for (const [i, value] of merged.entries()) {
          const pull = [a, b].map(
            (m, k) => (coefficients[k] as number) * ([f, g][k]?.[i] as number) * (value - (m[i] as number)),
          );
          expect((pull[0] as number) + (pull[1] as number)).toBeCloseTo(0, 3);
        }
      }),
    );
  });

  it("returns the only model with weight, exactly, wherever it is informed", () => {
    const merged = fisherMerge([tree(0.1, 0.3, -7), tree(5, 6, 7)], [tree(1e-9, 2, 0.5), tree(1, 1, 1)], {
      coefficients: [1, 0],
    });
    expect(values(merged)).toEqual(values(tree(0.1, 0.3, -7)));
  });

  it("keeps the target where the other model is not informed, and where nobody is", () => {
    const merged = fisherMerge([tree(1, 2, 3), tree(7, 8, 9)], [tree(0, 1, 0), tree(0, 0, 0.5)]);
    expect(values(merged).slice(0, 2)).toEqual([1, 2]);
    expect(values(merged)[2]).toBeCloseTo(9, 3);
    // λ = (0, 1) takes the target's weight away; its value still stands where the other model knows nothing.
    const other = fisherMerge([tree(1, 2), tree(7, 8)], [tree(0, 1), tree(0, 1)], { coefficients: [0, 1] });
    expect(values(other)).toEqual([1, 8]);
  });

  it("averages where nobody is informed when the target is not favoured", () => {
    const blind = [tree(0, 1), tree(0, 1)];
    const options = { favorTarget: false, coefficients: [0.25, 0.75] };
    expect(values(fisherMerge([tree(0, 0), tree(4, 4)], blind, options))).toEqual([3, 3]);
    expect(values(fisherMerge([tree(0, 0), tree(4, 4)], blind, { ...options, floor: 0 }))).toEqual([3, 3]);
  });

  it("takes a scaled Fisher for a scaled coefficient without normalisation, and ignores the scale with it", () => {
    fc.assert(
      fc.property(
        weights,
        weights,
        information,
        information,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (a, b, f, g, c) => {
          const models = [tree(...a), tree(...b)];
          const scaled = [tree(...f), tree(...g.map((x) => c * x))];
          const raw = { normalize: false, floor: 0 };
          const byFisher = values(fisherMerge(models, scaled, raw));
          const byLambda = values(
            fisherMerge(models, [tree(...f), tree(...g)], { ...raw, coefficients: [1 / (1 + c), c / (1 + c)] }),
          );
          const normal = [values(fisherMerge(models, scaled)), values(fisherMerge(models, [tree(...f), tree(...g)]))];
          for (let i = 0; i < size; i++) {
            expect(byFisher[i]).toBeCloseTo(byLambda[i] as number, 3);
            expect(normal[0]?.[i]).toBeCloseTo(normal[1]?.[i] as number, 3);
          }
        },
      ),
    );
  });

  it("finds the joint minimiser of quadratic losses, which the plain average misses", () => {
    // Losses h(x − m)² with diagonal h: the sum is least at Σ h m / Σ h.
    const [m1, m2, h1, h2] = [
      [1, -2],
      [3, 4],
      [10, 0.5],
      [1, 2],
    ];
    const joint = m1.map(
      (m, i) =>
        ((h1[i] as number) * m + (h2[i] as number) * (m2[i] as number)) / ((h1[i] as number) + (h2[i] as number)),
    );
    const models = [tree(...m1), tree(...m2)];
    const merged = values(fisherMerge(models, [tree(...h1), tree(...h2)], { normalize: false }));
    for (const [i, wanted] of joint.entries()) expect(merged[i]).toBeCloseTo(wanted, 5);
    expect(Math.abs((values(isotropicMerge(models))[0] as number) - (joint[0] as number))).toBeGreaterThan(0.5);
  });

  it("normalises over all merged tensors jointly, the kept ones left out", () => {
    const two = (a: number, b: number, head: number): ParamTree => ({
      ...tree(a),
      v: tree(b).w as never,
      head: tree(head).w as never,
    });
    const options = { keep: ["head"], floor: 0 };
    const merged = fisherMerge([two(0, 0, 1), two(1, 1, 2)], [two(3, 4, 1e6), two(5, 0, 1)], options);
    expect(merged.w?.data[0]).toBeCloseTo(1 / (0.6 + 1), 6); // norms 5 and 5
    expect(merged.v?.data[0]).toBe(0);
    expect([...(merged.head?.data ?? [])]).toEqual([1]);
  });

  it("keeps the target's head whatever the others have there", () => {
    const [a, b] = [{ ...tree(1), "head.weight": { data: Float32Array.of(9), shape: [1] } }, { ...tree(3) }];
    const merged = fisherMerge([a, b], [tree(1), tree(1)], { keep: ["head.*"] });
    expect(merged["head.weight"]?.data[0]).toBe(9);
    expect(merged.w?.data[0]).toBeCloseTo(2, 5);
    expect(Object.keys(isotropicMerge([a, b], undefined, { keep: ["head.*"] }))).toEqual(["w", "head.weight"]);
    expect(nameFilter(["a.*", "b"])("a.b.c")).toBe(true);
    expect(nameFilter(["a.*", "b"])("ab")).toBe(false);
    expect(nameFilter(["a.b"])("axb")).toBe(false);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["no models", () => fisherMerge([], []), /no models/],
    ["too few Fishers", () => fisherMerge([tree(1)], []), /0 Fishers for 1 models/],
    [
      "another name",
      () => fisherMerge([tree(1), { v: { data: new Float32Array(1), shape: [1] } }], [tree(1), tree(1)]),
      /no tensor "w"/,
    ],
    ["another shape", () => fisherMerge([tree(1), tree(1, 2)], [tree(1), tree(1)]), /model 2, tensor "w".*\[2\]/],
    ["a Fisher of another shape", () => fisherMerge([tree(1), tree(1)], [tree(1), tree(1, 2)]), /Fisher 2, tensor "w"/],
    ["a missing Fisher", () => fisherMerge([tree(1), tree(1)], [tree(1), {}]), /Fisher 2 has no tensor "w"/],
    [
      "a negative Fisher",
      () => fisherMerge([tree(1), tree(1)], [tree(1), tree(-1)]),
      /Fisher 2, tensor "w": element 0 is -1/,
    ],
    [
      "a NaN",
      () => fisherMerge([tree(1), tree(Number.NaN)], [tree(1), tree(1)]),
      /model 2, tensor "w": element 0 is NaN/,
    ],
    ["an infinite Fisher", () => fisherMerge([tree(1)], [tree(Number.POSITIVE_INFINITY)]), /Fisher 1.*Infinity/],
    ["three coefficients", () => isotropicMerge([tree(1), tree(1)], [0.2, 0.2, 0.6]), /3 coefficients for 2 models/],
    ["a sum of 1.2", () => isotropicMerge([tree(1), tree(1)], [0.6, 0.6]), /sum to 1\.2/],
    ["a negative coefficient", () => isotropicMerge([tree(1), tree(1)], [-0.5, 1.5]), /-0\.5/],
    ["a Fisher of zeros", () => fisherMerge([tree(1), tree(1)], [tree(1), tree(0)]), /model 2 is 0 everywhere/],
    ["a negative floor", () => fisherMerge([tree(1)], [tree(1)], { floor: -1 }), /floor -1/],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(BadInput);
    expect(act).toThrow(message);
  });
});

describe("coefficients", () => {
  it("makes the authors' grid and draws from the simplex", () => {
    expect(coefficientGrid(51)[1]).toEqual([0.98, 0.02]);
    expect([coefficientGrid(3)[0], coefficientGrid(3)[2]]).toEqual([
      [1, 0],
      [0, 1],
    ]);
    for (const draw of dirichletCoefficients(4, 20, 1)) {
      expect(draw.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(Math.min(...draw)).toBeGreaterThanOrEqual(0);
    }
    expect(dirichletCoefficients(3, 5, 7)).toEqual(dirichletCoefficients(3, 5, 7));
  });

  it("finds the best, and of equals the one nearest to equal weights", async () => {
    const merge = (coefficients: number[]) => tree(...coefficients);
    const found = await searchCoefficients(merge, (m) => -Math.abs((values(m)[0] as number) - 0.3), { n: 11 });
    expect(found.coefficients[0]).toBeCloseTo(0.3, 9);
    expect(found.all).toHaveLength(11);
    expect((await searchCoefficients(merge, () => 1, { n: 11 })).coefficients).toEqual([0.5, 0.5]);
    const three = await searchCoefficients(merge, (m) => values(m)[2] as number, {
      models: 3,
      mode: "dirichlet",
      n: 30,
      seed: 1,
    });
    expect(three.coefficients[2]).toBe(Math.max(...three.all.map(({ coefficients }) => coefficients[2] as number)));
    await expect(searchCoefficients(merge, () => 1, { models: 3 })).rejects.toThrow(/grid is for two/);
    await expect(searchCoefficients(merge, () => 1, { n: 0 })).rejects.toThrow(/at least one/);
  });

  it("walks from one model to the other", () => {
    const curve = [...interpolationCurve(tree(0, 0), tree(2, 2), tree(1, 3), tree(1, 1), { n: 5, normalize: false })];
    expect(curve).toHaveLength(5);
    expect(curve.map(({ isotropic }) => values(isotropic)[0])).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(values(curve[2]?.fisher ?? {})).toEqual([1, 0.5]);
  });

  it("averages the members' probabilities", () => {
    const ensemble = outputEnsemble([() => Float32Array.of(1, 0), () => Float32Array.of(0, 1)]);
    expect([...ensemble(new Float32Array(0), 1)]).toEqual([0.5, 0.5]);
    expect(() => outputEnsemble([])).toThrow(BadInput);
  });
});
