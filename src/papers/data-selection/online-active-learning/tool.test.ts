import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { samplePump } from "./sample.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const apply = (content: string | Uint8Array, options = {}, name = "s.csv", state?: string) =>
  applyTool(
    tool,
    toolInput({ stream: { [name]: content }, ...(state ? { state: { "state.json": state } } : {}) }),
    options,
  );

const rows = (csv: string) => csv.trim().split("\n");
const quick = { repeats: 1, strategy: ["variable" as const] };

const readings = rows(samplePump(500));

/** The first readings of the pump, with the targets behind row `known` taken away. */
function unlabelled(count: number, known: number): string {
  return `${readings
    .slice(0, count + 1)
    .map((line, i) => (i > known ? line.replace(/[^,]*$/, "") : line))
    .join("\n")}\n`;
}

describe("online-active-learning label, with all labels", () => {
  it("compares strategies on its sample at one budget", async () => {
    const { summary, text, tables, charts } = await applySample(tool);
    // The best of the coins spends at once, and is not beaten beyond chance.
    expect(summary).toBe(
      "Replayed 1,500 rows with about 75 labels each: random labelling (p = 1) errs on 23.1%, and no other strategy does better beyond chance on this stream.",
    );
    const lines = rows(text("comparison.csv"));
    expect(lines[0]).toBe("strategy,error,lowest,highest,labels,label_rate,drifts,minus_random,from,to");
    expect(lines.length).toBe(8);
    const [random, ...others] = tables.comparison?.rows ?? [];
    for (const row of others) {
      expect(row.gap).toBeCloseTo(Number(row.error) - Number(random?.error), 12);
      expect(Number(row.high)).toBeGreaterThan(Number(row.low));
    }
    for (const row of tables.comparison?.rows ?? []) expect(Number(row.rate)).toBeLessThanOrEqual(0.051);
    expect(charts.curves?.alt).toContain("38 rows a point");
  });

  it("reads the same from CSV with CRLF, TSV and JSON Lines, and from quoted headers", async () => {
    const csv = samplePump(120);
    const [header = "", ...lines] = rows(csv);
    const names = header.split(",");
    const variants: Record<string, string> = {
      "crlf.csv": csv.replaceAll("\n", "\r\n"),
      "quoted.csv": csv.replace(header, names.map((name) => `"${name}"`).join(",")),
      "s.tsv": csv.replaceAll(",", "\t"),
      "s.jsonl": lines
        .map((line) => JSON.stringify(Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell]))))
        .join("\n"),
    };
    const options = { ...quick, time: "time" };
    const expected = (await apply(csv, options)).text("comparison.csv");
    for (const [name, content] of Object.entries(variants))
      expect((await apply(content, options, name)).text("comparison.csv"), name).toBe(expected);
  });

  it("predicts a number by leverage, and starts new models on drift when asked", async () => {
    const lines = Array.from({ length: 400 }, (_, i) => {
      const [a, b] = [Math.sin(i * 12.9898) * 3, Math.cos(i * 78.233)];
      return `${a},${b},${2 * a - b + 1 + 0.1 * Math.sin(i * 3.7)}`;
    });
    const { summary, text } = await apply(`a,b,y\n${lines.join("\n")}\n`, { budget: 0.1 });
    expect(summary).toMatch(
      /leave an RMSE of 0\.\d+, labels as they come [\d.]+ with a chance of [\d.]+, a difference/,
    );
    const [, passive, optimal] = rows(text("comparison.csv"));
    expect(Number(optimal?.split(",")[1])).toBeLessThan(1);
    expect(passive).toMatch(/^passive \(p = /);
    await expect(
      apply(`${[..."abcdefghijklmnopqrstuvwxyz"].join()}\n${`${"1,".repeat(25)}3\n`.repeat(24)}`, { task: "number" }),
    ).rejects.toThrow(/24 rows are too few for 25 features/);
    const drifting = await apply(samplePump(1000), { ...quick, time: "time", budget: 0.5, drift: "adwin" });
    expect(drifting.tables.comparison?.rows.length).toBe(2);
  });
});

describe("online-active-learning label, with empty targets", () => {
  const options = { time: "time", budget: 0.1 };

  it("chooses rows within the budget, and goes on from its state when labels and rows have come", async () => {
    const first = await apply(unlabelled(400, 200), options);
    expect(first.summary).toMatch(/^Of 200 new rows without a label split wants \d+ labelled after learning from 200/);
    const [header, ...asked] = rows(first.text("query.csv"));
    expect(header).toBe("line,score,probability,guess,confidence,time,temperature,vibration,current,shift,fault");
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThanOrEqual(0.1 * 200 + 1);
    const wanted = asked.map((line) => Number(line.split(",")[0]));
    expect(Math.min(...wanted)).toBeGreaterThan(201);

    // The labels come, all but the last, and a hundred rows more.
    const answered = new Set(wanted.slice(0, -1));
    const grown = readings.map((line, i) => (i > 200 && !answered.has(i + 1) ? line.replace(/[^,]*$/, "") : line));
    const second = await apply(`${grown.join("\n")}\n`, options, "s.csv", first.text("state.json"));
    expect(second.summary).toContain(`Of 100 new rows`);
    expect(second.summary).toContain(`learning from ${wanted.length - 1} labels`);
    const still = rows(second.text("query.csv"))
      .slice(1)
      .map((line) => Number(line.split(",")[0]));
    expect(still[0]).toBe(wanted.at(-1));
    for (const line of still.slice(1)) expect(line).toBeGreaterThan(401);
    const { budget } = JSON.parse(second.text("state.json"));
    expect(budget.labels).toBeLessThanOrEqual(0.1 * 300 + 1);
    expect(budget.records).toBe(300);
  });

  it("chooses rows in its example", async () => {
    const [example] = (await tool.examples?.()) ?? [];
    const [file] = example?.files ?? [];
    const { summary } = await apply(String(file?.content), example?.options);
    expect(summary).toMatch(/^Of 360 new rows without a label split wants \d+ labelled after learning from 40/);
  });

  it("needs no label to begin with", async () => {
    const { text, summary } = await apply(unlabelled(100, 0), { ...options, strategy: ["committee"] });
    expect(summary).toMatch(/Of 100 new rows/);
    expect(rows(text("query.csv")).length).toBeGreaterThan(2);
  });

  it("takes labels line by line for targets that are empty", async () => {
    const kept = ['{"row":30,"label":"fault"}', '{"row":31,"label":null}'];
    const input = (lines: string[]) =>
      toolInput({ stream: { "s.csv": unlabelled(60, 30) }, labels: { "s.labels.jsonl": lines.join("\n") } });
    const { summary } = await applyTool(tool, input(kept), options);
    expect(summary).toContain("Of 29 new rows without a label");
    expect(summary).toContain("learning from 31 labels");
    await expect(applyTool(tool, input(['{"row":99,"label":"x"}']), options)).rejects.toThrow(/no row 100/);
    await expect(applyTool(tool, input(['{"row":"a"}']), options)).rejects.toThrow(/row number and a label/);
    await expect(applyTool(tool, input(["null", "3"]), options)).resolves.toBeDefined();
  });

  it("refuses a state that does not fit", async () => {
    const { text } = await apply(unlabelled(60, 30), options);
    const state = text("state.json");
    await expect(apply(unlabelled(40, 20), options, "s.csv", state)).rejects.toThrow(
      /40 rows and the state has seen 60/,
    );
    const edited = unlabelled(60, 30).replace(/,day,/, ",night,");
    await expect(apply(edited, options, "s.csv", state)).rejects.toThrow(/not what it was/);
    await expect(apply(unlabelled(60, 30), { ...options, target: "shift" }, "s.csv", state)).rejects.toThrow(
      /target "fault"/,
    );
    await expect(apply(unlabelled(60, 30), options, "s.csv", '{"a":1}')).rejects.toThrow(/not a state/);
  });
});

describe("online-active-learning label refuses", () => {
  const good = samplePump(40);
  it.each([
    ["an empty file", "", {}, /s\.csv: the file is empty/],
    ["a binary file", new Uint8Array([0, 255, 1, 0]), {}, /not UTF-8/],
    ["a missing column", good, { target: "price" }, /no column "price".*The columns are/],
    ["one row", "a,y\n1,x\n", {}, /1 rows are too few/],
    ["an empty reading", good.replace(/,\d+\.\d,/, ",,"), { time: "time" }, /line 2, column temperature: .*empty/],
    [
      "a reading too large",
      good.replace(/,\d+\.\d,/, ",1e308,"),
      { time: "time" },
      /temperature: 1e\+308 is too large/,
    ],
    ["a reading that is none", good.replace(/,\d+\.\d,/, ",NaN,"), { time: "time" }, /line 2, column temperature/],
    [
      "a free text",
      good.replaceAll(/,(day|night)/g, () => `,${Math.random()}x`),
      { time: "time" },
      /column shift.*--ignore shift/,
    ],
    [
      "time that goes back",
      `t,a,y\n${"2,1,x\n".repeat(30)}1,1,x\n`,
      { time: "t" },
      /line 32, column t: the time 1 is earlier/,
    ],
    ["a time that is none", `t,a,y\nsoon,1,x\n`, { time: "t" }, /"soon" is neither a number nor a date/],
    ["nothing to learn from", `y\n${"x\n".repeat(30)}`, {}, /no column is left/],
    ["numbers that are words", good, { time: "time", task: "number" }, /"(ok|fault)" is not a number/],
    ["a budget of nothing", good, { budget: 0 }, /budget/],
  ])("%s", async (_, content, options, message) => {
    await expect(apply(content as string, options)).rejects.toThrow(message as RegExp);
  });

  it("whatever else comes, in one sentence, or succeeds", async () => {
    const cell = fc.oneof(
      fc.constantFrom("", "1", "-2.5", "NaN", "x", '"a b"', "1e999", "ü", "?"),
      fc.string({ maxLength: 4 }),
    );
    const line = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(","));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.constantFrom("s.csv", "s.jsonl", "s.tsv"),
        async (lines, name) => {
          try {
            const { summary } = await apply(lines.join("\n"), quick, name);
            expect(summary).toMatch(/\.$/);
          } catch (error) {
            expect(isBadInput(error), String(error)).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("1,a", "2,b", "3,", "-1,?", "0,c"), { minLength: 1, maxLength: 60 }),
        async (lines) => {
          try {
            await apply(`v,y\n${lines.join("\n")}\n`, { ...quick, budget: 0.5 });
          } catch (error) {
            expect(isBadInput(error), String(error)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
