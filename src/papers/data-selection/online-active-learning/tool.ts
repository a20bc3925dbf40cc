import { BadInput } from "../../../kit/errors.ts";
import { defineTool } from "../../../kit/paper.ts";
import { fillLabels } from "./kept-labels.ts";
import { LabellingSession } from "./labelling-session.ts";
import { options, settle } from "./options.ts";
import { planQueries } from "./plan.ts";
import { samplePump, unlabelledPump } from "./sample.ts";
import { readState } from "./saved-state.ts";
import { simulateClasses } from "./simulate.ts";
import { simulateNumbers } from "./simulate-numbers.ts";
import { isNumberTask, readStreamTable } from "./stream-table.ts";

export const tools = [
  defineTool({
    name: "label",
    summary:
      "Replays a time-ordered table to compare query strategies at one label budget, or says which of its unlabelled rows to label now.",
    inputs: [
      {
        name: "stream",
        description:
          "One row a record in the order of time; where every target is filled in, strategies are compared, and where some are empty, rows are chosen",
        accepts: [".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"],
      },
      {
        name: "state",
        description: "The state.json of an earlier run on the same stream, to go on from",
        accepts: [".json"],
        optional: true,
      },
      {
        name: "labels",
        description: "The labels that a labelling session kept for this stream; they fill empty targets",
        accepts: [".jsonl"],
        optional: true,
      },
    ],
    options,
    example: "sensor.csv --target fault --time time --budget 0.05 --strategy split --out query.csv",
    async sample() {
      return {
        files: [{ input: "stream", name: "pump.csv", content: samplePump() }],
        options: { target: "fault", time: "time", budget: 0.05 },
      };
    },
    async examples() {
      return [
        {
          title: "Mostly unlabelled",
          source: "The sample's pump after its first 40 inspections, made up by us",
          files: [{ input: "stream", name: "pump-new.csv", content: unlabelledPump(40) }],
          options: { target: "fault", time: "time", budget: 0.1 },
        },
      ];
    },
    async apply({ stream: files = [], state: states = [], labels: kept = [] }, chosen, run) {
      const [file] = files;
      const [earlier] = states;
      if (!file) throw new BadInput("no stream was given");
      run.progress(0, `reading ${file.name}`);
      const stream = await readStreamTable(file, chosen);
      if (kept[0]) await fillLabels(stream, kept[0]);
      const saved = earlier && (await readState(earlier));
      const isNumber = isNumberTask(stream, chosen.task);
      const blanks = stream.labels.filter((label) => label === undefined).length;
      if (blanks === 0 && !saved) {
        if (stream.labels.length < 20) {
          throw new BadInput(`${stream.labels.length} rows are too few to replay`, {
            where: file.name,
            remedy: "Give 20 or more.",
          });
        }
        const summary = await (isNumber ? simulateNumbers : simulateClasses)(stream, settle(chosen), run);
        run.progress(1, "done");
        return { summary };
      }
      if (isNumber) {
        throw new BadInput(`${blanks} targets are empty, and rows are chosen for targets that name classes only`, {
          where: file.name,
          remedy: "Use --task classes, or fill the targets in to compare designs.",
        });
      }
      const summary = await planQueries(stream, saved, chosen, run);
      run.progress(1, "done");
      return { summary };
    },
    async session({ stream: files = [], state: states = [] }, chosen, { seed, answers }) {
      const [file] = files;
      const [earlier] = states;
      if (!file) throw new BadInput("no stream was given");
      if (earlier) {
        throw new BadInput("a session goes on from its own labels", {
          where: "--state",
          remedy: "Leave the state out.",
        });
      }
      const stream = await readStreamTable(file, chosen);
      if (chosen.task === "number") {
        throw new BadInput("labels are asked for targets that name classes only", { where: "--task" });
      }
      const session = new LabellingSession(stream, chosen, seed);
      session.replay(answers);
      return session;
    },
  }),
] as const;
