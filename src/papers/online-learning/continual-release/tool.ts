import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { defineTool, type ToolRun } from "../../../kit/paper.ts";
import { answerStream } from "./answer-stream.ts";
import { longestHorizon } from "./mechanism.ts";
import { type Options, options } from "./options.ts";
import { readRecords } from "./records.ts";
import { sampleVisits } from "./sample.ts";

function checkCombination({ query, mechanism, period, monotone, horizon }: Options): void {
  if (monotone && query !== "max-sum") {
    throw new BadInput("only max-sum answers can be made monotone", { where: "--monotone" });
  }
  if (period === undefined) return;
  if (mechanism !== "recompute") {
    throw new BadInput("only recompute has a period", { where: "--period", remedy: "Add --mechanism recompute." });
  }
  if (horizon !== undefined && period > horizon) {
    throw new BadInput(`the period ${period} is longer than the horizon ${horizon}`, { where: "--period" });
  }
}

/**
 * The number of records of a file, all of them read and found good, so that nothing is released from a file with a mistake
 * in it. A stream cannot be read twice: it needs its horizon beforehand, and its records are checked as they come.
 */
async function countRecords(file: InputFile, { horizon, ignore, period }: Options, run: ToolRun): Promise<number> {
  if (!file.seekable) {
    if (horizon !== undefined) return horizon;
    throw new BadInput("the records of a stream cannot be counted beforehand", {
      where: "--horizon",
      remedy: "Say how many will come at most, e.g. --horizon 100000.",
    });
  }
  let count = 0;
  for await (const { line } of readRecords(file, ignore)) {
    count += 1;
    if (count > (horizon ?? longestHorizon)) {
      throw new BadInput(`record ${count} is past the horizon of ${horizon ?? longestHorizon}`, {
        where: `${file.name}, line ${line}`,
        remedy: horizon === undefined ? "Split the file." : "Give a larger --horizon, or leave it out.",
      });
    }
    if ((count & 1023) === 0) {
      run.progress(0, `checking record ${count.toLocaleString("en")}`);
      await run.breathe();
    }
  }
  if (count === 0) throw new BadInput("there are no records", { where: file.name });
  if (period !== undefined && period > (horizon ?? count)) {
    throw new BadInput(`the period ${period} is longer than the ${horizon ?? count} records`, { where: "--period" });
  }
  return horizon ?? count;
}

export const tools = [
  defineTool({
    name: "answer",
    summary: "Answers max-sum or sum-select privately after every record of an event stream, with a privacy ledger.",
    inputs: [
      {
        name: "events",
        description: "One record a line in the order of time: 0/1 columns with a header, or JSON arrays or objects",
        accepts: [".csv", ".tsv", ".jsonl", ".ndjson"],
      },
    ],
    options,
    example: "visits.csv --query max-sum --rho 0.5 --delta 1e-6 --mechanism auto --out private.jsonl",
    async sample() {
      return {
        files: [{ input: "events", name: "visits.csv", content: sampleVisits() }],
        options: { ignore: ["time"], seed: 7, audit: true },
      };
    },
    async apply({ events: files = [] }, chosen, run) {
      const [file] = files;
      if (!file) throw new BadInput("no event file was given");
      checkCombination(chosen);
      run.progress(0, `reading ${file.name}`);
      const horizon = await countRecords(file, chosen, run);
      return answerStream(file, horizon, chosen, run);
    },
  }),
] as const;
