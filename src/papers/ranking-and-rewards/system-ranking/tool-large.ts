import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool } from "../../../kit/paper.ts";
import { rankLargeTable } from "./large-borda.ts";
import { firstPlaces } from "./order-changes.ts";
import { scoreTableCsv, scoreTables } from "./score-tables.ts";

const options = z.object({
  lower: z
    .array(z.string())
    .default([])
    .describe("Tasks in which a lower score is better; or write task:lower in the header"),
  memory: z
    .number()
    .int()
    .min(1)
    .max(8192)
    .default(256)
    .describe("Megabytes of scores held at a time; with less, the file is read more often"),
});

/** Rows written at a time. */
const rowsAtATime = 10_000;

/** Borda and mean of a table of any size. */
export const largeTool = defineTool({
  name: "large",
  summary: "Ranks a scores table of any size by Borda and mean, in bounded memory.",
  inputs: [
    {
      name: "scores",
      description: "One row a system and one column a task, complete; read several times",
      accepts: [".csv", ".tsv"],
    },
  ],
  options,
  example: "large scores.csv --memory 256 --out ranking.csv",
  async sample() {
    const table = scoreTables[1] ?? scoreTables[0];
    return { files: table ? [{ input: "scores", name: "scores.csv", content: scoreTableCsv(table) }] : [] };
  },
  async apply({ scores: files = [] }, { lower, memory }, run) {
    const [file] = files;
    if (!file) throw new BadInput("no scores table was given");
    if (!file.seekable) {
      throw new BadInput("a large table is read several times, and a stream can be read once", {
        where: file.name,
        remedy: "Save it to a file first.",
      });
    }
    run.progress(0, "reading the names");
    const result = await rankLargeTable(file, {
      lower,
      memory: memory * 2 ** 20,
      async onPass(pass, passes) {
        run.progress((pass + 0.5) / (passes + 0.5), `reading ${pass + 1} of ${passes}`);
        await run.breathe();
      },
    });
    const { systems, tasks, borda, mean, passes } = result;
    const output = await run.output("ranking.csv", "text/csv");
    await output.write(stringify([["system", "borda", "borda_score", "mean", "mean_score"]]));
    for (let start = 0; start < systems.length; start += rowsAtATime) {
      const rows = borda.order
        .slice(start, start + rowsAtATime)
        .map((i) => [systems[i], borda.rank[i], borda.score[i], mean.rank[i], mean.score[i]]);
      await output.write(stringify(rows));
      await run.breathe();
    }
    await output.close();
    run.table("top", {
      title: `The first ${Math.min(20, systems.length)} of ${systems.length.toLocaleString("en")} by Borda`,
      columns: [
        { key: "system", label: "system" },
        { key: "borda", label: "Borda", digits: 1 },
        { key: "mean", label: "mean", digits: 1 },
      ],
      rows: borda.order.slice(0, 20).map((i) => ({
        system: systems[i] ?? "",
        borda: borda.rank[i] ?? null,
        mean: mean.rank[i] ?? null,
      })),
    });
    const first = (rank: readonly number[]): string =>
      firstPlaces(rank)
        .slice(0, 3)
        .map((i) => systems[i])
        .join(", ");
    return {
      summary: `Ranked ${systems.length.toLocaleString("en")} systems on ${tasks.length.toLocaleString("en")} tasks in ${passes === 1 ? "one reading" : `${passes} readings`}: first by Borda is ${first(borda.rank)}, by the mean ${first(mean.rank)}.`,
    };
  },
});
