import { describe, expect, it } from "vitest";
import { BadInput } from "../errors.ts";
import { Random } from "../random.ts";
import { loadDigits, parseIdx, pickDigits, poolImages } from "./digits.ts";
import { loadSeattleWeather, weathers } from "./seattle-weather.ts";
import { addNoise, rotateImages } from "./shifts.ts";

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, x) => total + x, 0);

describe("digits", () => {
  it("reads the test split pooled to 14 × 14 with MNIST's own counts and first labels", async () => {
    const digits = await loadDigits({ split: "test" });
    expect(digits.count).toBe(10_000);
    expect(digits.images).toHaveLength(10_000 * 196);
    expect([...digits.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const ones = digits.labels.filter((label) => label === 1).length;
    expect(ones).toBe(1135);
    expect(Math.max(...digits.images.subarray(0, 19600))).toBeLessThanOrEqual(1);
    // The training set's mean intensity is 0.1307; the test set's is close to it, and pooling keeps means.
    expect(sum(digits.images) / digits.images.length).toBeCloseTo(0.1325, 3);
    expect(await loadDigits({ split: "test" })).toBe(digits);
  });

  it("pools to any side without changing the mean, and picks by position", async () => {
    const [eight, whole] = await Promise.all([
      loadDigits({ side: 8, split: "test" }),
      loadDigits({ side: 28, split: "test" }),
    ]);
    const small = pickDigits(eight, [5, 0]);
    const large = pickDigits(whole, [5, 0]);
    expect([...small.labels]).toEqual([1, 7]);
    expect(sum(small.images) / 64).toBeCloseTo(sum(large.images) / 784, 5);
  });

  it("averages areas: halves of a pixel count as halves", () => {
    const bytes = new Uint8Array(784);
    bytes[3] = 255; // row 0, column 3: half in cell 0, half in cell 1 at side 8
    const out = new Float32Array(64);
    poolImages(bytes, 1, 8, out);
    expect(out[0]).toBeCloseTo(0.5 / 12.25, 6);
    expect(out[1]).toBeCloseTo(0.5 / 12.25, 6);
    expect(sum(out)).toBeCloseTo(1 / 12.25, 6);
  });

  it("refuses files that are not what they should be", () => {
    expect(() => parseIdx(new Uint8Array(3), "x", [])).toThrow(BadInput);
    expect(() => parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 9, 1]), "x", [])).toThrow(/9 of 17|has 9/);
    expect(() => parseIdx(new Uint8Array(20), "x", [28, 28])).toThrow(/not IDX/);
    expect(() => loadDigits({ side: 29 })).toThrow(RangeError);
  });
});

describe("shifts", () => {
  const image = Float32Array.from({ length: 2 * 25 }, (_, i) => (i % 7) / 7);

  it("rotates by quarter turns exactly and anticlockwise", () => {
    const marked = new Float32Array(25);
    marked[4] = 1; // upper right
    const turned = rotateImages(marked, 5, 90);
    expect(turned[0]).toBeCloseTo(1, 6); // upper left
    expect(sum(turned)).toBeCloseTo(1, 6);
    const full = rotateImages(image, 5, 360);
    for (let i = 0; i < image.length; i++) expect(full[i]).toBeCloseTo(image[i] as number, 5);
  });

  it("keeps the centre and undoes itself there", () => {
    const marked = new Float32Array(25);
    marked[12] = 1;
    expect(rotateImages(marked, 5, 33)[12]).toBeCloseTo(1, 6);
  });

  it("adds noise of the asked size, cut to [0, 1], the same for the same seed", () => {
    const grey = new Float32Array(20_000).fill(0.5);
    const noisy = addNoise(grey, 0.1, new Random(3));
    const sd = Math.sqrt(sum(noisy.map((x) => (x - 0.5) ** 2)) / noisy.length);
    expect(sd).toBeGreaterThan(0.097);
    expect(sd).toBeLessThan(0.103);
    expect(addNoise(grey, 0.1, new Random(3))).toEqual(noisy);
    const loud = addNoise(grey, 5, new Random(3));
    expect(loud.every((x) => x >= 0 && x <= 1)).toBe(true);
  });
});

describe("the weather in Seattle", () => {
  it("has every day of four years, with the counts and sums of the table it comes from", async () => {
    const days = await loadSeattleWeather();
    expect(days.length).toBe(3 * 365 + 366);
    expect(weathers.map((name) => days.filter(({ weather }) => weather === name).length)).toEqual([
      53, 101, 641, 26, 640,
    ]);
    expect(sum(days.map(({ precipitation }) => precipitation))).toBeCloseTo(4426, 6);
    expect(sum(days.map(({ wind }) => wind))).toBeCloseTo(4735.3, 6);
    expect(Math.max(...days.map(({ highest }) => highest))).toBe(35.6);
    expect(Math.min(...days.map(({ lowest }) => lowest))).toBe(-7.1);
    expect(days[365]).toEqual({ precipitation: 0, highest: 3.3, lowest: -1.1, wind: 2, weather: "drizzle" });
    expect(days.at(-1)).toEqual({ precipitation: 0, highest: 5.6, lowest: -2.1, wind: 3.5, weather: "sun" });
  });
});
