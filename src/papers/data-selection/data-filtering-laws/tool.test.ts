import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const runs = [
  "bucket,samples_seen,error",
  ...[200, 400, 800, 1600].map((n, i) => `good,${n},${[0.5, 0.4, 0.36, 0.35][i]}`),
  ...[200, 400, 800, 1600].map((n, i) => `poor,${n},${[0.6, 0.5, 0.44, 0.41][i]}`),
  "",
].join("\n");
const sizes = "bucket,size\ngood,100\npoor,100\n";
const apply = (
  checkpoints: string | Uint8Array,
  chosen: Record<string, unknown> = {},
  of: string | Uint8Array | undefined = sizes,
  [name, sizesName]: readonly [string, string] = ["runs.csv", "sizes.csv"],
) =>
  applyTool(
    tool,
    toolInput({ checkpoints: { [name]: checkpoints }, ...(of === undefined ? {} : { sizes: { [sizesName]: of } }) }),
    { d: 0.1, bootstrap: 0, ...chosen },
  );

describe("data-filtering-laws choose", () => {
  it("recovers the law of its sample and keeps more the longer one trains", async () => {
    const { summary, tables, charts, text } = await applySample(tool);
    expect(summary).toMatch(
      /^Fitted 4 buckets to 20 checkpoints \(rmse 0\.00\d+\): train on top tenth alone for 32M samples and on (the best 3|all 4) for 640M; the whole pool overtakes the best bucket at about \d+M samples\.$/,
    );
    const counts = (tables.pools?.rows ?? []).map((row) => Number(row.count));
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    const [first] = tables.law?.rows ?? [];
    expect(first?.bucket).toBe("top tenth");
    expect(Number(first?.b)).toBeCloseTo(-0.25, 1);
    expect(Number(first?.bLow)).toBeLessThanOrEqual(Number(first?.b));
    expect(Number(first?.tauHigh)).toBeGreaterThanOrEqual(Number(first?.tau));
    expect(charts.frontier?.alt).toMatch(/top tenth is lowest at 3\.20e\+7/);
    expect(text("pools.csv").split("\n")[0]).toBe("budget,count,buckets,error,chosen");
    expect(text("pools.csv").split("\n")).toHaveLength(5 * 4 + 2);
  });

  it("reads accuracies, JSON sizes, tabs and Windows line ends alike, in any order", async () => {
    const wanted = (await apply(runs)).text("pools.csv");
    const accuracy = runs
      .trim()
      .split("\n")
      .map((line, i) => {
        const [bucket, n, error] = line.split(",");
        return i === 0 ? "bucket\tsamples_seen\taccuracy" : `${bucket}\t${n}\t${1 - Number(error)}`;
      });
    const [header = "", ...lines] = accuracy;
    const turned = [header, ...lines.reverse()].join("\r\n");
    const other = (await apply(turned, {}, '{"good": 100, "poor": 100}', ["runs.tsv", "sizes.json"])).text("pools.csv");
    const shape = (text: string) => text.split("\n").map((line) => line.replace(/0\.\d+/, (n) => Number(n).toFixed(4)));
    expect(shape(other)).toEqual(shape(wanted));
  });

  it("says what was averaged, what lies on an edge and what rises, and writes the law as JSON", async () => {
    const doubled = `${runs}good,200,0.52\npoor,3200,0.6\n`;
    const { notes, text } = await apply(doubled, { format: "json", search: "paper" });
    expect(notes.join()).toMatch(/Several checkpoints at one place were averaged.*edge of the search.*poor rises/);
    const law = JSON.parse(text("pools.json"));
    expect(law.buckets.map((each: { name: string }) => each.name)).toEqual(["good", "poor"]);
    expect(law.pools.filter((each: { chosen: boolean }) => each.chosen)).toHaveLength(8);
    const free = await apply(runs, { d: undefined });
    expect(free.notes.join()).toMatch(/d and τ trade off/);
  });

  it("gives no intervals where the law has as many parameters as there are checkpoints", async () => {
    const few = runs.split("\n").filter((line) => !line.includes(",1600,"));
    const { notes, tables } = await apply(few.join("\n"), { d: undefined, bootstrap: 20 });
    expect(notes.join()).toMatch(/No intervals: there are no more checkpoints/);
    expect(tables.law?.rows[0]?.bLow ?? null).toBeNull();
  });

  it("takes a loss above 1", async () => {
    const losses = runs.replace("error", "loss").replace(/0\.(\d+)/g, (_, digits) => `3.${digits}`);
    expect((await apply(losses, { d: undefined })).summary).toMatch(/^Fitted 2 buckets/);
  });

  it.each<[string, string, Record<string, unknown>, string | undefined, RegExp]>([
    ["percent", runs.replace("0.5\n", "50\n"), {}, sizes, /line 2, column error: the error is 50.*percent/],
    [
      "an accuracy below 0",
      "bucket,samples_seen,accuracy\ngood,1,0.5\ngood,2,-0.5\n",
      {},
      sizes,
      /line 3, column accuracy: the accuracy is -0\.5 and not from 0 to 1\.$/,
    ],
    [
      "more checkpoints than it can fit",
      `bucket,samples_seen,error\n${"good,1,0.5\n".repeat(5001)}`,
      {},
      sizes,
      /runs\.csv.*5,?000/,
    ],
    ["a missing size", runs, {}, "bucket,size\ngood,100\n", /sizes\.csv: the bucket "poor" has no size/],
    ["no sizes", runs, {}, undefined, /--sizes: no sizes were given/],
    ["a size of 0", runs, {}, "bucket,size\ngood,0\n", /line 2, column size: 0 stands there/],
    ["a bucket twice", runs, {}, "bucket,size\ngood,1\ngood,2\n", /line 3.*"good" has a size already/],
    [
      "two checkpoints",
      "bucket,samples_seen,error\ngood,1,0.5\ngood,2,0.4\n",
      {},
      sizes,
      /checkpoints at 2 sample counts/,
    ],
    ["one row", "bucket,samples_seen,error\ngood,1,0.5\n", {}, sizes, /checkpoints at 1 sample counts/],
    ["no metric", "bucket,samples_seen,f1\ngood,1,0.5\n", {}, sizes, /"error", "accuracy" or "loss".*f1/],
    ["two metrics", "bucket,samples_seen,error,loss\ngood,1,0.5,1\n", {}, sizes, /error and loss/],
    ["NaN", "bucket,samples_seen,error\ngood,1,NaN\n", {}, sizes, /line 2, column error: the cell is empty/],
    ["no samples", "bucket,samples_seen,error\ngood,0,0.5\n", {}, sizes, /column samples_seen: 0 stands there/],
    ["d above the errors", runs, { d: 0.9 }, sizes, /d = 0\.9 is not below/],
    ["an empty file", "", {}, sizes, /runs\.csv: the file is empty/],
  ])("refuses %s", async (_, checkpoints, chosen, of, message) => {
    const error = await applyTool(
      tool,
      toolInput({
        checkpoints: { "runs.csv": checkpoints },
        ...(of === undefined ? {} : { sizes: { "sizes.csv": of } }),
      }),
      { d: 0.1, bootstrap: 0, ...chosen },
    ).catch((e: unknown) => e);
    expect(isBadInput(error), String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it("answers any bytes with a result or a clear refusal, and opens no output when it refuses", async () => {
    const number = fc.constantFrom("1", "2", "30", "0.5", "0.25", "", "NaN", "-3", "1e17", "1e-300", "100");
    const table = fc
      .array(fc.tuple(fc.constantFrom("good", "poor", "x"), number, number), { maxLength: 12 })
      .map((rows) =>
        new TextEncoder().encode(["bucket,samples_seen,error", ...rows.map((row) => row.join(","))].join("\n")),
      );
    const shape = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 11, max: 99 })), {
        minLength: 3,
        maxLength: 8,
      })
      .map((rows) =>
        new TextEncoder().encode(["bucket,samples_seen,error", ...rows.map(([n, e]) => `good,${n},0.${e}`)].join("\n")),
      );
    const bytes = fc.oneof(table, shape, fc.uint8Array({ maxLength: 100 }));
    const names = fc.constantFrom("r.csv", "r.tsv", "r.jsonl", "r.parquet");
    await fc.assert(
      fc.asyncProperty(bytes, bytes, names, fc.boolean(), async (content, other, name, goodSizes) => {
        try {
          const { outputs } = await apply(content, {}, goodSizes ? sizes : other, [
            name,
            goodSizes ? "s.csv" : "s.json",
          ]);
          expect(Object.keys(outputs)).toEqual(["pools.csv"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 60 },
    );
  });
});
