import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { multiColorDigits, randomPalette } from "./multi-color-digits.ts";

const palette = randomPalette(4, 10, new Random(1));
const images = Float32Array.of(0.1, 0.2, 0.3, 0.4);
const plain = { palette, scale: 2, noise: 0 };

describe("coloured patches beside digits", () => {
  it("show the class's colour without shift, after the image", () => {
    const rows = multiColorDigits({ ...plain, images, labels: [7, 3], p: 0, random: new Random(2) });
    expect(rows).toHaveLength(2 * (2 + 12));
    expect([...rows.subarray(14, 16)]).toEqual([...images.subarray(2, 4)]);
    for (let j = 0; j < 4; j++) {
      for (let channel = 0; channel < 3; channel++) {
        expect(rows[14 + 2 + 3 * j + channel]).toBe(2 * (palette.colors[(10 * j + 3) * 3 + channel] ?? 0));
      }
    }
  });

  it("show another class's colour with probability p (K − 1) / K, and tell nothing where they are not informative", () => {
    const count = 4000;
    const labels = new Uint8Array(count).fill(5);
    const rows = multiColorDigits({
      ...plain,
      images: new Float32Array(count),
      labels,
      p: 0.6,
      informative: (patch) => patch < 2,
      random: new Random(3),
    });
    const right = [0, 0, 0, 0];
    for (let n = 0; n < count; n++) {
      for (let j = 0; j < 4; j++) {
        const own = 2 * (palette.colors[(10 * j + 5) * 3] ?? 0);
        if (Math.abs((rows[n * 13 + 1 + 3 * j] ?? 0) - own) < 1e-6) right[j] = (right[j] ?? 0) + 1 / count;
      }
    }
    for (const [j, wanted] of [0.46, 0.46, 0.1, 0.1].entries())
      expect(Math.abs((right[j] ?? 0) - wanted)).toBeLessThan(0.035);
  });

  it("are refused for what is no shift, no image and no class", () => {
    const random = new Random(1);
    expect(() => multiColorDigits({ ...plain, images, labels: [1], p: 1.2, random })).toThrow(/p is 1\.2/);
    expect(() => multiColorDigits({ ...plain, images, labels: [1, 2, 3], p: 0, random })).toThrow(/4 pixels/);
    expect(() => multiColorDigits({ ...plain, images, labels: [1, 10], p: 0, random })).toThrow(/label 10 of image 1/);
    expect(() => randomPalette(0, 10, random)).toThrow(/at least one patch/);
  });
});
