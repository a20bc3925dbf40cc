import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { Random } from "../../../kit/random.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [plan, next] = tools;
const history = "group,n,score\na,50,0.30\na,100,0.43\na,200,0.55\nb,50,0.1\nb,100,0.17\nb,200,0.28\n";
const planOf = (scores: string | Uint8Array, options: Record<string, unknown> = {}, groups?: string, name = "h.csv") =>
  applyTool(
    plan,
    toolInput({ scores: { [name]: scores }, ...(groups === undefined ? {} : { groups: { "g.csv": groups } }) }),
    { budget: 300, ...options },
  );
const cells = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(","));

describe("equitable-sampling plan", () => {
  it("splits the budget of its sample, spends it and beats the usual splits by its own curves", async () => {
    const { summary, text, tables, charts } = await applySample(plan);
    expect(summary).toMatch(/^Split 4,99\d(\.5)? of 5,000|^Split 5,000 of 5,000/);
    expect(text("plan.csv").split("\n")[0]).toBe(
      "group,have,buy,spend,weight,score_now,score_then,limit,value_now,value_then",
    );
    const utility = (tables.utilities?.rows ?? []).map((row) => Number(row.utility));
    expect(utility[1]).toBe(Math.max(...utility));
    const spent = (tables.plan?.rows ?? []).reduce((sum, row) => sum + Number(row.spend), 0);
    expect(spent).toBeLessThanOrEqual(5000);
    expect(spent).toBeGreaterThan(4998);
    expect(charts.curves?.alt).toMatch(/4 groups.*Islands/);
  });

  it("buys whole samples, no more than there are, of the group that gains most per cost", async () => {
    const groups = "group,cost,weight,have,max\na,1,1,200,250\nb,2.5,1,200,\n";
    const [header, a, b] = cells((await planOf(history, {}, groups)).text("plan.csv"));
    const buy = header?.indexOf("buy") ?? -1;
    expect(Number(a?.[buy])).toBeLessThanOrEqual(50);
    expect(Number.isInteger(Number(b?.[buy]))).toBe(true);
    expect(Number(a?.[buy]) + 2.5 * Number(b?.[buy])).toBeLessThanOrEqual(300);
    const priority = await planOf(history, {}, "group,weight\nb,50\n");
    expect(Number(cells(priority.text("plan.csv"))[2]?.[buy])).toBeGreaterThan(250);
  });

  it("reads tabs, Windows line ends, quoted and foreign names, and JSON Lines alike", async () => {
    const wanted = cells((await planOf(history)).text("plan.csv")).map((row) => row.slice(1));
    const tsv = history.replaceAll(",", "\t").replaceAll("\n", "\r\n").replaceAll("a\t", '"ä, b"\t');
    const other = cells((await planOf(`\uFEFF${tsv}`, {}, undefined, "h.tsv")).text("plan.csv"));
    expect(other.map((row) => row.slice(-9))).toEqual(wanted);
    const lines = history
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => {
        const [group, n, score] = line.split(",");
        return JSON.stringify({ group, n: Number(n), score: Number(score) });
      });
    const json = await planOf(lines.join("\n"), {}, undefined, "h.jsonl");
    expect(cells(json.text("plan.csv")).map((row) => row.slice(1))).toEqual(wanted);
  });

  it("takes negative losses, and scores above 1", async () => {
    const losses = "group,n,score\na,10,-2\na,100,-1.2\na,1000,-0.9\nb,10,-3\nb,100,-1\nb,1000,-0.4\n";
    expect((await planOf(losses, { utility: "maximin" })).summary).toMatch(/by maximin/);
    expect((await planOf(history.replaceAll("0.", "3"), {})).summary).toMatch(/^Split 300/);
    await expect(planOf(losses, { utility: "log" })).rejects.toThrow(/--utility.*above 0.*Choose identity/);
  });

  it.each<[string, string, Record<string, unknown>, string | undefined, RegExp]>([
    ["no budget", history, { budget: undefined }, undefined, /--budget: there is no budget/],
    ["one sample count", "group,n,score\na,5,1\na,5,0.9\n", {}, undefined, /h\.csv: the group "a".*one sample count/],
    ["one row", "group,n,score\na,5,1\n", {}, undefined, /one sample count/],
    ["no column", "group,size,score\na,5,1\n", {}, undefined, /no column "n"/],
    ["a word", "group,n,score\na,5,high\n", {}, undefined, /line 2, column score: "high"/],
    ["NaN", "group,n,score\na,5,NaN\n", {}, undefined, /line 2, column score: the cell is empty/],
    ["no samples", "group,n,score\na,0,0.5\n", {}, undefined, /line 2, column n.*0 samples/],
    ["a nameless group", 'group,n,score\n"",4,0.5\n', {}, undefined, /line 2, column group/],
    ["an unknown utility", history, { utility: "fair" }, undefined, /--utility: "fair".*For example/],
    [
      "a stranger",
      history,
      {},
      "group,cost\nc,1\n",
      /g\.csv, line 2, column group: the group "c" has no rows in h\.csv/,
    ],
    ["a group twice", history, {}, "group,cost\na,1\na,2\n", /line 3.*"a" stands in the table already/],
    ["a cost of 0", history, {}, "group,cost\na,0\n", /line 2, column cost: the cost is 0.*above 0/],
    ["more than may be", history, {}, "group,have,max\na,9,5\n", /has 9 samples and may have 5/],
    ["an empty file", "", {}, undefined, /h\.csv: the file is empty/],
  ])("refuses %s", async (_, scores, options, groups, message) => {
    const error = await planOf(scores, options, groups).catch((e: unknown) => e);
    expect(isBadInput(error), String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });
});

const rowsOf = (count: number, seed = 1): string => {
  const random = new Random(seed);
  const lines = Array.from({ length: count }, (_, i) => {
    const [x, y] = [random.normal(), random.normal()];
    const label = x + (i % 2 === 0 ? y : 0) + random.normal(0, 0.3) > 0 ? "yes" : "no";
    return `${i % 2 === 0 ? "even" : "odd"},${x.toFixed(3)},${y.toFixed(3)},${i % 3 === 0 ? "red" : "blue"},${label}`;
  });
  return `group,x,y,colour,target\n${lines.join("\n")}\n`;
};
const nextOf = (data: string | Uint8Array, options = {}, groups?: string, name = "d.csv") =>
  applyTool(
    next,
    toolInput({ data: { [name]: data }, ...(groups === undefined ? {} : { groups: { "g.csv": groups } }) }),
    { repeats: 1, ...options },
  );

describe("equitable-sampling next", () => {
  it("buys of the slowest group of its sample, at twice the price", async () => {
    const { summary, text, charts, notes } = await applySample(next);
    expect(summary).toMatch(/^Measured 280 rows of 3 groups \(R² from .*collect (60 of coast|30 of hills) next\.$/);
    expect(text("next.csv").split("\n")[0]).toBe("group,rows,cost,weight,score,expected,value,buy");
    expect(charts.values?.alt).toMatch(/city .*coast .*hills/);
    expect(notes.join()).toMatch(/ridge/);
  });

  it("measures classes by accuracy, with words among the features and empty cells filled", async () => {
    const { tables, summary, notes } = await nextOf(rowsOf(120).replace(/even,[-\d.]+/, "even,"));
    expect(summary).toMatch(/accuracy/);
    expect(notes.join()).toMatch(/logistic.*1 empty cells/);
    for (const row of tables.groups?.rows ?? []) expect(Number(row.score)).toBeGreaterThan(0.75);
  });

  it("counts, with --pooled, what groups teach each other", async () => {
    const random = new Random(5);
    const lines = Array.from({ length: 120 }, (_, i) => {
      const x = Array.from({ length: 10 }, () => random.normal());
      const y = x.reduce((sum, value, j) => sum + (j % 2 === 0 ? 0.4 : -0.4) * value, random.normal(0, 0.6));
      return [i % 2 === 0 ? "dear" : "cheap", ...x.map((value) => value.toFixed(3)), y.toFixed(3)].join(",");
    });
    const csv = [`group,${Array.from({ length: 10 }, (_, j) => `x${j}`).join(",")},target`, ...lines].join("\n");
    // What counts is the dear group, and rows of the other say the same.
    const groups = "group,cost,weight\ndear,20,1\ncheap,1,0.001\n";
    const apart = await nextOf(csv, { batch: 40, repeats: 3 }, groups);
    expect(apart.summary).toMatch(/collect 2 of dear next/);
    const pooled = await nextOf(csv, { batch: 40, repeats: 3, pooled: true }, groups);
    expect(pooled.summary).toMatch(/collect 40 of cheap next/);
    expect(pooled.notes.join()).toMatch(/One ridge regression of all groups.*teaches the others counts/);
    expect(pooled.text("next.csv").split("\n")[1]).toMatch(/^dear,60,20,1,0\.\d+,,/);
    await expect(nextOf(rowsOf(8), { pooled: true })).rejects.toThrow(/"even" has 4 rows, too few/);
  });

  it("heeds costs, and says when a batch buys nothing", async () => {
    const dear = await nextOf(rowsOf(120), { batch: 10 }, "group,cost\neven,1000\nodd,1000\n");
    expect(dear.summary).toMatch(/10 buys no sample/);
    const cheap = await nextOf(rowsOf(120), { batch: 10 }, "group,cost\neven,1000\nodd,1\n");
    expect(cheap.summary).toMatch(/collect 10 of odd next/);
  });

  it.each<[string, string, Record<string, unknown>, RegExp]>([
    ["a huge number", rowsOf(40).replace(/even,[-\d.]+/, "even,1e308"), {}, /line 2, column x: 1e\+308 is too large/],
    ["a missing target", rowsOf(40), { target: "outcome" }, /no column "outcome".*colour/],
    ["too few rows", rowsOf(8), {}, /"even" has 4 rows, too few/],
    ["one class", "group,x,target\na,1,yes\na,2,yes\n", {}, /all targets are the same/],
    ["an empty target", "group,x,target\na,1,yes\na,2,\n", {}, /line 3, column target: the target is empty/],
    ["no features", "group,target\na,1\na,2\n", {}, /no columns of features/],
    [
      "many words",
      `group,id,target\n${Array.from({ length: 30 }, (_, i) => `a,w${i},${i % 2}`).join("\n")}`,
      {},
      /column id: the column has 30 kinds.*--ignore id/,
    ],
    ["the group as target", rowsOf(40), { target: "group" }, /--target/],
    ["fewer allowed than there are", rowsOf(40), {}, /odd" has 20 rows and may have 3/],
  ])("refuses %s", async (what, data, options, message) => {
    const groups = what.startsWith("fewer") ? "group,max\nodd,3\n" : undefined;
    const error = await nextOf(data, options, groups).catch((e: unknown) => e);
    expect(isBadInput(error), String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });
});

describe("both tools", () => {
  it("answer any bytes with a result or a clear refusal, and open no output when they refuse", async () => {
    const words = fc.constantFrom("a", "b", "1", "2", "30", "0.5", "", "NaN", "-3", '"', "1e308", "-1e308", "1e-308");
    const table = fc
      .tuple(
        fc.constantFrom("group,n,score", "group,x,target", "score,n,group"),
        fc.array(fc.array(words, { minLength: 3, maxLength: 3 }), { maxLength: 24 }),
      )
      .map(([header, rows]) => new TextEncoder().encode([header, ...rows.map((row) => row.join(","))].join("\n")));
    const bytes = fc.oneof(
      { weight: 4, arbitrary: table },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 120 }) },
    );
    const names = fc.constantFrom("s.csv", "s.tsv", "s.jsonl", "s.parquet");
    const utilities = fc.constantFrom("identity", "log", "maximin");
    await fc.assert(
      fc.asyncProperty(bytes, names, utilities, async (content, name, utility) => {
        for (const run of [
          () => planOf(content, { utility }, undefined, name),
          () => nextOf(content, { utility }, undefined, name),
        ]) {
          try {
            expect(Object.keys((await run()).outputs)).toHaveLength(1);
          } catch (error) {
            if (!isBadInput(error)) throw error;
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
