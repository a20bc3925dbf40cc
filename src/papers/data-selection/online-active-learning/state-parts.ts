import { z } from "zod";
import type { DetectorName, LearnerState } from "./learners.ts";
import { arms, type StrategyName } from "./strategies.ts";

/** Finite, and as large as cells of a table may be. */
export const number = z.number().min(-1e150).max(1e150);
export const count = z.number().int().min(0);
/** A probability or rate, in (0, 1]. */
export const share = z.number().gt(0).max(1);
export const record = z.array(number);

const size = { dimension: count.min(1), classes: count.min(2), unseen: z.literal("grow") };

const logistic = z
  .object({ kind: z.literal("logistic"), ...size, rate: number.gt(0), ridge: number.min(0), weights: record })
  .refine(({ dimension: d, classes, weights }) => weights.length === (classes === 2 ? 1 : classes) * (d + 1), {
    path: ["weights"],
    error: "one weight a feature, and one more, are wanted for every class",
  });

const naiveBayes = z
  .object({
    kind: z.literal("naive-bayes"),
    ...size,
    forgetting: share,
    priorVariance: number.gt(0),
    counts: z.array(number.min(0)),
    means: record,
    variances: z.array(number.min(0)),
  })
  .refine(({ classes, counts }) => counts.length === classes, { path: ["counts"], error: "one a class is wanted" })
  .refine(({ classes, dimension, means }) => means.length === classes * dimension, {
    path: ["means"],
    error: "one a class and feature is wanted",
  })
  .refine(({ means, variances }) => variances.length === means.length, {
    path: ["variances"],
    error: "one a class and feature is wanted",
  });

const prototypes = z
  .object({
    kind: z.literal("prototypes"),
    ...size,
    radius: number.gt(0),
    most: count.min(1),
    clock: count,
    prototypes: z.array(z.object({ centre: record, counts: z.array(number.min(0)), lastUse: count })),
  })
  .refine(({ most, prototypes: all }) => all.length <= most, { path: ["prototypes"], error: "they are too many" })
  .refine(
    ({ dimension, classes, prototypes: all }) =>
      all.every(
        ({ centre, counts }) =>
          centre.length === dimension && counts.length <= classes && counts.some((labels) => labels > 0),
      ),
    { path: ["prototypes"], error: "a centre of one number a feature, and one label or more, are wanted" },
  );

/** A learner as it writes itself down, with as many numbers as its dimension and classes ask for. */
export const learner: z.ZodType<LearnerState> = z.discriminatedUnion("kind", [logistic, naiveBayes, prototypes]);

const threshold = z.object({ threshold: share });

/** What a strategy writes down of its stream, whose records have `dimension` numbers; null for one without a memory. */
export function strategyMemory(name: StrategyName, dimension: number): z.ZodType {
  switch (name) {
    case "random":
    case "fixed":
    case "selective":
    case "iwal":
      return z.null();
    case "variable":
    case "randomized":
    case "split":
    case "committee":
      return threshold;
    case "density":
      return threshold.extend({
        points: z.array(record.length(dimension)),
        distances: z.array(number.min(0)),
      });
    case "exp3":
      return z.object({
        logWeights: record.length(arms.length),
        arms: z
          .array(z.unknown())
          .length(arms.length)
          .superRefine((memories, { addIssue }) => {
            for (const [i, arm] of arms.entries()) {
              if (!strategyMemory(arm, dimension).safeParse(memories[i] ?? null).success)
                addIssue({ code: "custom", path: [i], message: `this is no memory of the strategy ${arm}` });
            }
          }),
      });
  }
}

/** What a drift detector writes down; null without one. */
export function detectorMemory(name: DetectorName): z.ZodType {
  if (name === "none") return z.null();
  if (name === "ddm") {
    return z
      .object({ count, errors: count, least: number.min(0).max(1).nullable(), leastSpread: number.min(0) })
      .refine(({ count: all, errors }) => errors <= all, { path: ["errors"], error: "they are more than the labels" });
  }
  return z.object({
    buckets: z.array(
      z
        .object({ size: count.min(1), sum: number.min(0) })
        .refine(({ size: all, sum }) => sum <= all, { path: ["sum"], error: "it is more than the size" }),
    ),
  });
}
