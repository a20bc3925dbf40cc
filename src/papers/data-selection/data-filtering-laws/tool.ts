import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row } from "../../../kit/paper.ts";
import type { Checkpoint } from "./checkpoints.ts";
import { type FitOptions, fitBucketsSteps, type LawFit } from "./fit.ts";
import { mostCheckpoints, readCheckpoints, readSizes } from "./input-tables.ts";
import { affordable, type BucketIntervals, bootstrapBuckets } from "./intervals.ts";
import { type Bucket, defaultN0, laws, lawWarnings } from "./law.ts";
import { bestPool, crossover, sortBuckets } from "./pools.ts";
import { runsSample } from "./sample.ts";
import { frontierChart, lawsTable, poolsTable } from "./tool-views.ts";

const options = z.object({
  budgets: z
    .array(z.number().gt(0).max(1e18))
    .max(100)
    .default([])
    .describe("Samples to be seen in training, repeats included; eight steps around the runs at hand unless given"),
  law: z
    .enum(laws)
    .default("utility")
    .describe(
      "utility: repeats teach less (the paper's); effective-data: they count for less; no-decay: they are as good as fresh",
    ),
  d: z.number().min(0).max(1e6).optional().describe("Irreducible error; fitted unless given"),
  search: z
    .enum(["wide", "paper"])
    .default("wide")
    .describe("Ranges of b and τ: wide is −2 to −0.005 and 0.5 to 60; paper −0.5 to −0.005 and 1 to 10"),
  bootstrap: z
    .number()
    .int()
    .min(0)
    .max(2000)
    .default(200)
    .describe("Resamples for the intervals of b and τ; 0 for none"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the bootstrap"),
  format: z
    .enum(["csv", "json"])
    .default("csv")
    .describe("csv: predicted errors by pool and budget; json: these and the fitted law"),
});

type Options = z.output<typeof options>;

function fitOptions({ law, d, search }: Options, metric: "error" | "loss", smallest: number): FitOptions {
  const scale = defaultN0 / smallest;
  const wide: FitOptions = {
    bRange: [-2, -0.005],
    tauRange: [0.5, 60],
    // A share of errors starts below 1, where the law orders buckets rightly only for a·N/n0 above 1; a loss may start above.
    aRange: [metric === "loss" ? scale / 1000 : scale, 1e4 * scale],
  };
  return {
    law,
    metric,
    d: d ?? "fit",
    dMax: metric === "loss" ? Number.POSITIVE_INFINITY : 0.4,
    ...(search === "wide" ? wide : {}),
  };
}

/** Eight budgets from the smallest bucket to four times the longest run. */
function usualBudgets(checkpoints: readonly Checkpoint[], smallest: number): number[] {
  const longest = checkpoints.reduce((most, { samplesSeen }) => Math.max(most, samplesSeen), smallest);
  return Array.from({ length: 8 }, (_, i) => Number((smallest * ((4 * longest) / smallest) ** (i / 7)).toPrecision(2)));
}

const short = (n: number): string => n.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });

function orRefuse<T>(file: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(error.message, { where: file });
    throw error;
  }
}

function summarise(
  fit: LawFit,
  sorted: readonly Bucket[],
  count: number,
  chosen: { budget: number; count: number }[],
  meet: number | null,
): string {
  const [first, last] = [chosen[0], chosen[chosen.length - 1]];
  const pool = (size: number | undefined): string =>
    size === 1 ? `${sorted[0]?.name} alone` : size === sorted.length ? `all ${size}` : `the best ${size}`;
  const choice =
    first && last && first.count !== last.count
      ? `train on ${pool(first.count)} for ${short(first.budget)} samples and on ${pool(last.count)} for ${short(last.budget)}`
      : `train on ${pool(first?.count)} at every budget`;
  const overtakes = meet === null ? "" : `; the whole pool overtakes the best bucket at about ${short(meet)} samples`;
  return `Fitted ${sorted.length} bucket${sorted.length === 1 ? "" : "s"} to ${count} checkpoints (rmse ${fit.rmse.toPrecision(2)}): ${choice}${overtakes}.`;
}

export const tools = [
  defineTool({
    name: "choose",
    summary:
      "Fits the data-filtering law to training runs on single buckets and chooses the pool of buckets for each compute budget.",
    inputs: [
      {
        name: "checkpoints",
        description: `Runs on one bucket each, ${mostCheckpoints.toLocaleString("en")} rows at most: columns bucket, samples_seen, and error or accuracy (from 0 to 1) or loss`,
        accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      },
      {
        name: "sizes",
        description: "Unique samples: columns bucket and size, or a JSON object",
        accepts: [".csv", ".tsv", ".jsonl", ".parquet", ".json"],
      },
    ],
    options,
    example: "runs.csv --sizes buckets.csv --budgets 32e6,128e6,640e6 --out pools.csv",
    sample: async () => runsSample(),
    async apply({ checkpoints: files = [], sizes: sizeFiles = [] }, chosen, run) {
      const [file] = files;
      const [sizeFile] = sizeFiles;
      if (!file) throw new BadInput("no table of checkpoints was given");
      if (!sizeFile)
        throw new BadInput("no sizes were given", { where: "--sizes", remedy: "Give a table of bucket and size." });
      run.progress(0, `reading ${file.name}`);
      const { checkpoints, metric } = await readCheckpoints(file);
      const known = await readSizes(sizeFile);
      for (const { bucket } of checkpoints) {
        if (!known.has(bucket)) throw new BadInput(`the bucket "${bucket}" has no size`, { where: sizeFile.name });
      }
      const used = [...new Set(checkpoints.map(({ bucket }) => bucket))];
      const sizes = Object.fromEntries(used.map((name) => [name, known.get(name) as number]));
      const smallest = Math.min(...Object.values(sizes));
      run.progress(0.1, "fitting the law");
      const settings = fitOptions(chosen, metric === "loss" ? "loss" : "error", smallest);
      const steps = fitBucketsSteps(checkpoints, sizes, settings);
      let fit: LawFit | undefined;
      while (!fit) {
        const { done, value } = orRefuse(file.name, () => steps.next());
        if (done) fit = value;
        else {
          run.progress(0.1 + 0.4 * value, "fitting the law");
          await run.breathe();
        }
      }
      run.progress(0.5, "resampling");
      let intervals: BucketIntervals[] = [];
      const resamples = affordable(chosen.bootstrap, checkpoints.length, settings.d === "fit");
      if (resamples > 0) {
        intervals = await bootstrapBuckets(fit, checkpoints, sizes, settings, {
          resamples,
          random: run.random.fork(chosen.seed),
          between: (share) => {
            run.progress(0.5 + 0.4 * share, "resampling");
            return run.breathe();
          },
        });
      }
      run.progress(0.9, "choosing pools");
      const budgets = (chosen.budgets.length > 0 ? chosen.budgets : usualBudgets(checkpoints, smallest)).toSorted(
        (x, y) => x - y,
      );
      const sorted = sortBuckets(fit.buckets);
      const choices = orRefuse("--budgets", () =>
        budgets.map((budget) => ({ budget, ...bestPool(fit.buckets, budget, fit.constants, { law: chosen.law }) })),
      );
      const rows = choices.flatMap(({ budget, count, predicted }) =>
        predicted.map(
          (error, p): Row => ({
            budget,
            count: p + 1,
            buckets: sorted
              .slice(0, p + 1)
              .map(({ name }) => name)
              .join(" + "),
            error,
            chosen: p + 1 === count,
          }),
        ),
      );
      run.table("law", lawsTable(fit, intervals));
      run.table("pools", poolsTable(sorted, choices, metric === "loss" ? "loss" : "error"));
      run.chart("frontier", frontierChart(sorted, fit, budgets, chosen.law));
      const unseen = [...known.keys()].filter((name) => !used.includes(name));
      const remarks = [
        ...fit.notes,
        ...lawWarnings(fit.buckets, fit.constants),
        ...(fit.atBound.length > 0
          ? [`On the edge of the search, and so not estimates: ${fit.atBound.join(", ")}.`]
          : []),
        ...(fit.rising.length > 0
          ? [
              `The error of ${fit.rising.join(", ")} rises at the end, which no decaying utility can follow: trust the law less there.`,
            ]
          : []),
        ...(fit.profile.length > 0
          ? [
              `d and τ trade off; the fit on the grid by d: ${fit.profile.map(({ d, rmse }) => `${d.toFixed(3)} misses by ${rmse.toPrecision(2)}`).join(", ")}.`,
            ]
          : []),
        ...(resamples < chosen.bootstrap && intervals.length > 0
          ? [
              `The intervals rest on ${resamples} resamples, not ${chosen.bootstrap}: with so many checkpoints each takes long.`,
            ]
          : []),
        ...(chosen.bootstrap > 0 && intervals.length === 0
          ? ["No intervals: there are no more checkpoints than parameters of the law."]
          : []),
        ...(unseen.length > 0 ? [`Without checkpoints, and left out: ${unseen.slice(0, 10).join(", ")}.`] : []),
      ];
      if (remarks.length > 0) run.note(remarks.join(" "));
      const output = await run.output(
        `pools.${chosen.format}`,
        chosen.format === "csv" ? "text/csv" : "application/json",
      );
      const { buckets, constants, rmse } = fit;
      await output.write(
        chosen.format === "csv"
          ? stringify(rows, { header: true, cast: { boolean: (value) => String(value) } })
          : `${JSON.stringify({ constants, buckets, rmse, intervals, pools: rows }, null, 2)}\n`,
      );
      await output.close();
      const range = [budgets[0] as number, 100 * (budgets[budgets.length - 1] as number)] as const;
      const meet = crossover(sorted.slice(0, 1), sorted, fit.constants, range, { law: chosen.law });
      return { summary: summarise(fit, sorted, checkpoints.length, choices, sorted.length > 1 ? meet : null) };
    },
  }),
] as const;
