import { describe, expect, it } from "vitest";
import { memoryFile } from "./files.ts";
import { cellNumber, readJsonLines, readTable } from "./tables.ts";

const csv = (text: string, name = "t.csv") => readTable(memoryFile(name, text));

describe("readTable", () => {
  it("reads CSV with quotes, byte-order mark and CRLF", async () => {
    const table = await csv('\uFEFFname,"a, b"\r\nx,1\r\n"y ""q""",2\r\n');
    expect(table.columns).toEqual(["name", "a, b"]);
    expect(table.rows).toEqual([
      ["x", "1"],
      ['y "q"', "2"],
    ]);
    expect(table.lines).toEqual([2, 3]);
  });

  it("reads TSV and JSON Lines into the same shape", async () => {
    const tsv = await csv("a\tb\n1\t2\n", "t.tsv");
    const json = await csv('{"a":1,"b":2}\n{"b":3}\n', "t.jsonl");
    expect(tsv.rows).toEqual([["1", "2"]]);
    expect(json.columns).toEqual(["a", "b"]);
    expect(json.rows).toEqual([
      ["1", "2"],
      ["", "3"],
    ]);
  });

  it.each([
    ["", /t\.csv: the file is empty/],
    ["a,b\n", /no rows/],
    ["a,b\n1\n", /line 2: the row has 1 cells and the header 2/],
    ["a,b\n1,2,3\n", /line 2: the row has 3 cells/],
    ["a,a\n1,2\n", /two columns are called "a"/],
    ["a,\n1,2\n", /column 2 has no name/],
    ['a,b\n"1,2\n', /quoted cell is not closed/],
    ["a,b\n1,\u0000\n", /not UTF-8 text/],
  ])("refuses %j by its place", async (text, message) => {
    await expect(csv(text)).rejects.toThrow(message);
  });

  it("refuses too many rows with the limit", async () => {
    await expect(readTable(memoryFile("t.csv", "a\n1\n2\n3\n"), { maxRows: 2 })).rejects.toThrow(/more than 2 rows/);
  });

  it("refuses a file that only calls itself Parquet", async () => {
    await expect(csv("nope", "t.parquet")).rejects.toThrow(/not a Parquet file/);
  });

  it("reads numbers and names the cell that is none", async () => {
    const table = await csv("a,b\n1,NA\n2,x\n");
    expect(cellNumber(table, 0, 0)).toBe(1);
    expect(cellNumber(table, 0, 1)).toBeUndefined();
    expect(() => cellNumber(table, 1, 1)).toThrow('t.csv, line 3, column b: "x" is not a finite number');
  });

  it("keeps order over many chunks", async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `${i},${i * i}`);
    const table = await csv(`i,sq\n${rows.join("\n")}\n`);
    expect(table.rows.length).toBe(50_000);
    expect(table.rows[49_999]).toEqual(["49999", String(49_999 ** 2)]);
  });
});

describe("readJsonLines", () => {
  it("names the line that is not JSON", async () => {
    const read = async () => {
      for await (const _ of readJsonLines(memoryFile("e.jsonl", '{"a":1}\n\n{oops\n')));
    };
    await expect(read()).rejects.toThrow("e.jsonl, line 3: the line is not JSON.");
  });
});
