import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracy, softmax } from "../../../kit/nets/class-scores.ts";
import { Random } from "../../../kit/random.ts";
import { expectedCalibrationError, matchingTemperature, meanConfidence, temperatureFor } from "./calibration.ts";

describe("expected calibration error", () => {
  it("is the gap between confidence and accuracy, bin by bin", () => {
    const sure = Float32Array.of(0.8, 0.2, 0.8, 0.2, 0.8, 0.2, 0.8, 0.2, 0.8, 0.2);
    expect(expectedCalibrationError(sure, [0, 0, 0, 1, 1])).toBeCloseTo(0.2, 6);
    expect(expectedCalibrationError(sure, [0, 0, 0, 0, 1])).toBeCloseTo(0, 6);
    // Two bins whose gaps have opposite signs: they add up here, and cancel in a single bin.
    const both = Float32Array.of(0.9, 0.1, 0.6, 0.4);
    expect(expectedCalibrationError(both, [1, 0], 15)).toBeCloseTo((0.9 + 0.4) / 2, 6);
    expect(expectedCalibrationError(both, [1, 0], 1)).toBeCloseTo(0.25, 6);
    expect(expectedCalibrationError(Float32Array.of(1, 0), [0])).toBe(0);
  });

  it("lies in [0, 1] and bounds the gap of the means", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 30 }), (seed, bins) => {
        const random = new Random(seed);
        const probs = softmax(
          Float32Array.from({ length: 60 }, () => random.normal(0, 2)),
          3,
        );
        const labels = Array.from({ length: 20 }, () => random.int(0, 2));
        const ece = expectedCalibrationError(probs, labels, bins);
        expect(ece).toBeLessThanOrEqual(1);
        expect(ece).toBeGreaterThanOrEqual(Math.abs(meanConfidence(probs, 3) - accuracy(probs, labels, 3)) - 1e-9);
      }),
    );
  });

  it("refuses scores that are no rows, and no bins", () => {
    expect(() => expectedCalibrationError(new Float32Array(7), [0, 1])).toThrow(/7 scores are not a row/);
    expect(() => expectedCalibrationError(new Float32Array(4), [0, 1], 0)).toThrow(/at least one bin/);
  });
});

describe("the temperature that matches confidence and accuracy", () => {
  const random = new Random(3);
  const labels = Array.from({ length: 200 }, () => random.int(0, 3));
  const logits = Float32Array.from({ length: 800 }, (_, i) =>
    random.normal(labels[Math.floor(i / 4)] === i % 4 ? 2 : 0, 2),
  );

  it("makes them equal, whatever the scale of the logits was", () => {
    const T = matchingTemperature(logits, labels);
    const tempered = softmax(
      logits.map((value) => value / T),
      4,
    );
    expect(meanConfidence(tempered, 4)).toBeCloseTo(accuracy(logits, labels, 4), 5);
    const five = matchingTemperature(
      logits.map((value) => 5 * value),
      labels,
    );
    expect(five / T).toBeCloseTo(5, 3);
  });

  it("stops at its bounds where no temperature does it", () => {
    expect(matchingTemperature(Float32Array.of(1, 0, 0, 1), [0, 1])).toBeCloseTo(1 / 64, 6);
    expect(temperatureFor(Float32Array.of(1, 0), 2, 0.2)).toBeCloseTo(64, 3);
  });
});
