import { z } from "zod";
import { longestHorizon } from "./mechanism.ts";

export const options = z.object({
  query: z
    .enum(["max-sum", "sum-select"])
    .default("max-sum")
    .describe("What to answer after every record: the largest column sum, or the column that has it"),
  horizon: z
    .number()
    .int()
    .min(1)
    .max(longestHorizon)
    .optional()
    .describe("Most records that will come; counted when the input is a file, required when it is a stream"),
  rho: z.number().min(1e-6).max(1e6).default(0.5).describe("Privacy budget of the whole run, in zCDP"),
  delta: z.number().min(1e-300).max(0.5).default(1e-6).describe("The δ at which ε is quoted; far below 1/horizon"),
  mechanism: z
    .enum(["auto", "recompute", "tree", "factorization"])
    .default("auto")
    .describe("How to stay private; auto takes the smallest predicted error for horizon, columns and budget"),
  period: z
    .number()
    .int()
    .min(1)
    .max(longestHorizon)
    .optional()
    .describe("Steps between the releases of recompute; the best by its error bound when left out"),
  monotone: z
    .boolean()
    .default(false)
    .describe("Never let max-sum answers fall, and keep them within 0 and the number of records"),
  ignore: z.array(z.string()).default([]).describe("Columns that are not counted, such as a time or a name"),
  audit: z
    .boolean()
    .default(false)
    .describe("Also report the true errors; for tests, because the true errors are not private"),
  seed: z
    .number()
    .int()
    .min(0)
    .max(4294967295)
    .optional()
    .describe("Makes the noise reproducible, for research; without it the noise is cryptographic"),
});

export type Options = z.output<typeof options>;
