import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { correlate } from "./correlate.ts";
import { Fourier } from "./fft.ts";

function randomArray(n: number, random: Random): Float64Array {
  return Float64Array.from({ length: n }, () => random.uniform(-1, 1));
}

describe("Fourier", () => {
  it.each([1, 2, 4, 8, 16, 32, 64, 128])(
    "has the values of the discrete transform, in some order, at %i points",
    (size) => {
      const random = new Random(size);
      const [re, im] = [randomArray(size, random), randomArray(size, random)];
      const direct = Array.from({ length: size }, (_, k) => {
        let [x, y] = [0, 0];
        for (let u = 0; u < size; u++) {
          const angle = (-2 * Math.PI * u * k) / size;
          x += (re[u] ?? 0) * Math.cos(angle) - (im[u] ?? 0) * Math.sin(angle);
          y += (re[u] ?? 0) * Math.sin(angle) + (im[u] ?? 0) * Math.cos(angle);
        }
        return { x, y };
      });
      new Fourier(size).forward(re, im);
      for (const { x, y } of direct) {
        expect([...re.keys()].some((k) => Math.hypot((re[k] ?? 0) - x, (im[k] ?? 0) - y) < 1e-12 * size)).toBe(true);
      }
    },
  );

  it.each([1, 2, 8, 4096, 8192, 1 << 15])("comes back after %i points", (size) => {
    const random = new Random(size);
    const [re, im] = [randomArray(size, random), randomArray(size, random)];
    const [oldRe, oldIm] = [re.slice(), im.slice()];
    const transform = new Fourier(size);
    transform.forward(re, im);
    transform.inverse(re, im);
    for (let u = 0; u < size; u++) {
      expect(Math.abs((re[u] ?? 0) / size - (oldRe[u] ?? 0))).toBeLessThan(1e-14);
      expect(Math.abs((im[u] ?? 0) / size - (oldIm[u] ?? 0))).toBeLessThan(1e-14);
    }
  });

  it("refuses other sizes", () => {
    for (const size of [0, 3, 12, 2 ** 27, Number.NaN]) expect(() => new Fourier(size)).toThrow(RangeError);
  });
});

describe("correlate", () => {
  it("equals the direct sum", () => {
    const values = (max: number) => fc.array(fc.integer({ min: -999, max: 999 }), { minLength: 1, maxLength: max });
    fc.assert(
      fc.property(values(40), values(300), (b, rest) => {
        const a = Float64Array.from([...b, ...rest]);
        const expected = Array.from({ length: a.length - b.length + 1 }, (_, i) =>
          b.reduce((sum, y, j) => sum + y * (a[i + j] ?? 0), 0),
        );
        // + 0 turns −0 into 0
        expect(Array.from(correlate(a, Float64Array.from(b)), (x) => x + 0)).toEqual(expected.map((x) => x + 0));
      }),
    );
  });

  it("refuses what it cannot round, fractions and a longer second array", () => {
    const ones = new Float64Array(4096).fill(1);
    expect(() =>
      correlate(
        ones.map(() => 1e9),
        ones.map(() => 1e9),
      ),
    ).toThrow(/rounding bound/);
    expect(() => correlate(Float64Array.of(1, 0.5), Float64Array.of(1))).toThrow(/a\[1\] is 0.5/);
    expect(() => correlate(Float64Array.of(1), Float64Array.of(Number.NaN))).toThrow(/b\[0\] is NaN/);
    expect(() => correlate(Float64Array.of(1), ones)).toThrow(/1 ≤ m ≤ n/);
    expect(() => correlate(ones, new Float64Array(0))).toThrow(RangeError);
  });
});
