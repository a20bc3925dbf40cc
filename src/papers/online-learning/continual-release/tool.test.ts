import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { type InputFile, memoryFile } from "../../../kit/files.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { treeMaxSum } from "./binary-tree.ts";
import { evaluate } from "./evaluation.ts";
import { recomputeMaxSum } from "./recompute.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const apply = (content: string | Uint8Array, options = {}, name = "e.csv") =>
  applyTool(tool, toolInput({ events: { [name]: content } }), { seed: 1, ...options });

/** Standard input: read once, size unknown, in pieces of any length. */
function stream(text: string, piece = 7): InputFile {
  const { stream: whole, ...rest } = memoryFile("stdin.csv", text);
  return {
    ...rest,
    size: undefined,
    seekable: false,
    async *stream() {
      for await (const bytes of whole()) {
        for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
      }
    },
  };
}
const applyStream = (text: string, options = {}) =>
  applyTool(tool, toolInput({ events: [stream(text)] }), { seed: 1, ...options });

const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

const events = "a,b\n1,0\n1,1\n0,1\n1,0\n1,0\n1,0\n";

describe("continual-release answer", () => {
  it("answers its sample within the bound, and leaves the time column out", async () => {
    const { summary, text, tables, charts, notes } = await applySample(tool);
    expect(summary).toMatch(/^Answered max-sum after each of 1,500 records of 6 columns by factorization: ρ = 0\.5/);
    const answers = lines(text("private.jsonl"));
    expect(answers.length).toBe(1500);
    expect(answers[0]).toEqual({ t: 1, answer: expect.any(Number), spent: 0.5 });
    const audit = tables.audit?.rows[0];
    expect(audit?.worst).toBeLessThan(Number(audit?.bound));
    expect(lines(text("ledger.jsonl"))[0].columns).not.toContain("time");
    expect(charts.answers?.alt).toContain("1500 records");
    expect(notes.join(" ")).toContain("Research mode");
  });

  it("writes what the library answers for the same seed, with a ledger of every release", async () => {
    const { text } = await apply(events, { mechanism: "recompute", period: 2 });
    const mechanism = recomputeMaxSum({ T: 6, d: 2, rho: 0.5, r: 2, seed: 1 });
    const records = events
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => Float64Array.from(line.split(","), Number));
    const { path } = evaluate(mechanism, records);
    const third = 0.5 / 3;
    const spent = [0, third, third, 2 * third, 2 * third, 0.5].map((x) => Number(x.toPrecision(6)));
    expect(lines(text("private.jsonl"))).toEqual(
      [...path.answers].map((a, i) => ({ t: i + 1, answer: Math.round(a * 1000) / 1000, spent: spent[i] })),
    );
    const [plan, ...rest] = lines(text("ledger.jsonl"));
    expect(plan).toMatchObject({ mechanism: "recompute", horizon: 6, columns: ["a", "b"], rho: 0.5, period: 2 });
    expect(rest.map(({ t, records }) => t ?? records)).toEqual([2, 4, 6, 6]);
    expect(rest.at(-1).spent).toBeCloseTo(0.5, 12);
  });

  it("gives the exact output of a tiny stream when the budget is huge", async () => {
    const csv = "a,b\n0.5,0\n0,1\n0,0\n1,0\n";
    const { text } = await apply(csv, { query: "sum-select", mechanism: "recompute", period: 1, rho: 1e6 });
    expect(text("private.jsonl")).toBe(
      '{"t":1,"answer":"a","spent":250000}\n{"t":2,"answer":"b","spent":500000}\n' +
        '{"t":3,"answer":"b","spent":750000}\n{"t":4,"answer":"a","spent":1000000}\n',
    );
  });

  it("reads the same records from CSV, TSV, arrays and objects, from files and from streams", async () => {
    const rows = events
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map(Number));
    const variants: Record<string, string> = {
      "e.csv": events.replaceAll("\n", "\r\n"),
      "bom.csv": `\uFEFF${events}`,
      "quoted.csv": events.replace("a,b", '"a","b"').replace("1,1", '"1", 1'),
      "e.tsv": events.replaceAll(",", "\t"),
      "e.jsonl": rows.map((row) => `${JSON.stringify({ a: row[0], b: row[1] === 1 })}\n\n`).join(""),
    };
    const expected = (await apply(events)).text("private.jsonl");
    for (const [name, content] of Object.entries(variants)) {
      expect((await apply(content, {}, name)).text("private.jsonl"), name).toBe(expected);
    }
    const arrays = rows.map((row) => JSON.stringify(row)).join("\n");
    expect((await apply(arrays, {}, "e.jsonl")).text("private.jsonl")).toBe(expected);
    expect((await applyStream(events, { horizon: 6 })).text("private.jsonl")).toBe(expected);
  });

  it("answers a stream as it arrives", async () => {
    const written: string[] = [];
    let fed = 0;
    const file: InputFile = {
      ...stream(""),
      async *stream() {
        for (const line of events.split("\n").slice(0, -1)) {
          yield new TextEncoder().encode(`${line}\n`);
          // The answer to every record sent so far is out before the next is asked for.
          expect(written.length).toBe(fed);
          fed += 1;
        }
      },
    };
    const { createToolRun } = await import("../../../kit/run.ts");
    const opened: unknown[] = [];
    const run = createToolRun({ seed: 1, scale: "full", emit: () => {} }, async (name, _, options) => {
      opened.push([name, options]);
      return {
        write: async (text) => {
          if (name === "private.jsonl") written.push(String(text));
        },
        close: async () => {},
      };
    });
    await tool.apply({ events: [file] }, tool.options.parse({ horizon: 10, mechanism: "tree" }), run);
    expect(written.length).toBe(6);
    expect(opened).toEqual([
      ["private.jsonl", { live: true }],
      ["ledger.jsonl", { live: true }],
    ]);
  });

  it("needs a horizon for a stream, keeps to it, and accepts more room than records", async () => {
    await expect(applyStream(events)).rejects.toThrow(/--horizon: the records of a stream cannot be counted/);
    await expect(applyStream(events, { horizon: 4 })).rejects.toThrow(
      /stdin\.csv, line 6: record 5 is past the horizon of 4/,
    );
    await expect(apply(events, { horizon: 4 })).rejects.toThrow(/e\.csv, line 6: record 5 is past the horizon of 4/);
    const { text } = await applyStream(events, { horizon: 64, mechanism: "tree" });
    const mechanism = treeMaxSum({ T: 64, d: 2, rho: 0.5, seed: 1 });
    expect(lines(text("private.jsonl"))[0].answer).toBeCloseTo(mechanism.step(Uint8Array.of(1, 0)), 3);
    // Levels 0, 1 and 2 of seven have been used after six records.
    expect(lines(text("ledger.jsonl")).at(-1)).toMatchObject({
      records: 6,
      releases: 3,
      spent: expect.closeTo(1.5 / 7),
    });
  });

  it("draws fresh noise without a seed", async () => {
    const once = async () => (await apply(events, { seed: undefined })).text("private.jsonl");
    expect(await once()).not.toBe(await once());
  });

  it("keeps answers monotone when asked", async () => {
    const { text } = await apply(`a\n${"1\n0\n".repeat(100)}`, { monotone: true, mechanism: "tree" });
    const answers: number[] = lines(text("private.jsonl")).map((line) => line.answer);
    expect(answers.every((answer, i) => answer >= (answers[i - 1] ?? 0) && answer <= i + 1)).toBe(true);
  });

  it.each([
    ["", {}, /e\.csv: there are no records/],
    ["a,b\n", {}, /e\.csv: there are no records/],
    ["a,b\n1\n", {}, /line 2: the row has 1 cells and the header 2/],
    ["a,b\n1,2\n", {}, /line 2, column b: "2" is not 0 or 1/],
    ["a,b\n1,NaN\n", {}, /column b: "NaN" is not 0 or 1/],
    ["a,b\n1,1e999\n", {}, /column b: "1e999" is not 0 or 1/],
    ["a,b\n1,-1\n", {}, /column b: "-1" is not 0 or 1/],
    ["a,b\n1,\n", {}, /column b: the value is missing/],
    ["a,a\n1,1\n", {}, /two columns are called "a"/],
    ["a,\n1,1\n", {}, /column 2 has no name/],
    ["1,0\n1,1\n", {}, /the first line holds numbers/],
    ['a,b\n"1,0\n', {}, /line 2: a quoted cell/],
    ["a\0b\n1\n", {}, /not UTF-8 text/],
    ["a,b\n1,0\n", { ignore: ["c"] }, /--ignore: there is no column "c"/],
    ["a,b\n1,0\n", { ignore: ["a", "b"] }, /no column left/],
    ["a,b\n1,0\n", { period: 1 }, /--period: only recompute has a period/],
    ["a,b\n1,0\n", { period: 2, mechanism: "recompute" }, /--period: the period 2 is longer than the 1 records/],
    ["a,b\n1,0\n", { monotone: true, query: "sum-select" }, /--monotone: only max-sum/],
    ["a,b\n1,0\n", { rho: 0 }, /--rho/],
    ["a,b\n1,0\n", { horizon: 1.5 }, /--horizon/],
    ["[1,0]\n[1]\n", {}, /line 2, column 2: the value is missing/],
    ["[1,0]\n[1,0,1]\n", {}, /line 2: the record has 3 entries and the first 2/],
    ['{"a":1}\n[1]\n', {}, /line 2: the line is not an object, as the first is/],
    ['{"a":1}\n{"b":1}\n', {}, /line 2, key a: the value is missing/],
    ['{"a":1}\n{"a":1,"b":1}\n', {}, /line 2: the record has 2 entries and the first 1/],
    ['{"a":1}\n{"a":null}\n', {}, /line 2, key a: null is not 0 or 1/],
    ['{"a":1}\noops\n', {}, /line 2: the line is not JSON/],
    ["[]\n", {}, /no column left/],
  ])("refuses %j with %j", async (content, options, message) => {
    await expect(apply(content, options)).rejects.toSatisfy(
      (error) => isBadInput(error) && message.test(error.message),
    );
  });

  it("answers any bytes with a result or a clear refusal, and leaves no output open", async () => {
    const cell = fc.constantFrom("a", "b", "1", "0", "0.5", "", "NaN", "inf", '"', "1e308", "-1", "true", "[", "{");
    const csvLike = fc
      .array(fc.array(cell, { maxLength: 3 }), { maxLength: 6 })
      .map((rows) => rows.map((row) => row.join(",")).join("\n"));
    const jsonLike = fc.array(fc.json({ maxDepth: 2 }), { maxLength: 4 }).map((rows) => rows.join("\n"));
    const good = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })), { maxLength: 8 })
      .map((rows) => `x,y\n${rows.map((row) => row.join(",")).join("\n")}`);
    const cut = fc.tuple(good, fc.nat(40)).map(([text, at]) => text.slice(0, at));
    const bytes = fc.oneof(
      fc.oneof(csvLike, jsonLike, good, cut).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 120 }),
    );
    const { createToolRun } = await import("../../../kit/run.ts");
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), fc.constantFrom("max-sum", "sum-select"), async (content, live, query) => {
        let open = 0;
        const run = createToolRun({ seed: 1, scale: "full", emit: () => {} }, async () => {
          open += 1;
          return {
            write: async () => {},
            close: async () => {
              open -= 1;
            },
          };
        });
        const file = live
          ? { ...memoryFile("stdin.csv", content), size: undefined, seekable: false }
          : memoryFile("e.csv", content);
        try {
          const { summary } = await tool.apply(
            { events: [file] },
            tool.options.parse({ query, seed: 1, ...(live ? { horizon: 5 } : {}) }),
            run,
          );
          expect(summary).toMatch(/^Answered/);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
        expect(open).toBe(0);
      }),
      { numRuns: 400 },
    );
  });
});
