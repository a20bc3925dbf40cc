import { z } from "zod";
import { amortizations, supersets } from "./subset-model.ts";

export const options = z.object({
  k: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe("Items to choose from every set; without it, all with a probability of one half or more"),
  superset: z.enum(supersets).default("sum").describe("How the whole set enters the score; none is the base"),
  amortized: z.enum(amortizations).default("none").describe("A network that proposes where to start, or none"),
  start: z.number().gt(0).lt(1).optional().describe("Starting probability; the share of chosen items unless given"),
  steps: z.number().int().min(1).max(10).default(1).describe("Steps K of the mean field"),
  samples: z.number().int().min(1).max(50).default(5).describe("Random subsets M in a step"),
  hidden: z.number().int().min(2).max(256).default(32).describe("Width of layers"),
  epochs: z.number().int().min(1).max(500).default(30).describe("Passes over the training sets, at most"),
  patience: z
    .number()
    .int()
    .min(1)
    .max(500)
    .default(8)
    .describe("Passes without a better validation MJC before it stops"),
  batch: z.number().int().min(1).max(256).default(16).describe("Sets in a step"),
  learningRate: z.number().min(1e-6).max(0.5).default(5e-3).describe("Learning rate of Adam"),
  compare: z
    .boolean()
    .default(true)
    .describe("Also train the base, which does not see the whole set, from this start and from 0.5"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the split and the training"),
});

export type Options = z.output<typeof options>;
