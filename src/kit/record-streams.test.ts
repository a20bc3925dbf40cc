import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { memoryFile } from "./files.ts";
import { streamRecords } from "./record-streams.ts";

async function read(name: string, content: string | Uint8Array) {
  const seen: { columns: string[]; rows: string[][]; lines: number[] } = { columns: [], rows: [], lines: [] };
  const count = await streamRecords(memoryFile(name, content), {
    header: (columns) => {
      seen.columns = columns;
    },
    row(cells, line) {
      seen.rows.push(cells);
      seen.lines.push(line);
    },
  });
  expect(count).toBe(seen.rows.length);
  return seen;
}

describe("records that stream", () => {
  it("come from Parquet a row group at a time, in order, as cells", async () => {
    const n = 2500;
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: "x", data: Array.from({ length: n }, (_, i) => i / 4), type: "DOUBLE" },
        { name: "name", data: Array.from({ length: n }, (_, i) => `row ${i}`), type: "STRING" },
      ],
      rowGroupSize: 1000,
    });
    const { columns, rows, lines } = await read("t.parquet", new Uint8Array(buffer));
    expect(columns).toEqual(["x", "name"]);
    expect(rows).toHaveLength(n);
    expect(rows[2345]).toEqual(["586.25", "row 2345"]);
    expect(lines[2345]).toBe(2346);
    await expect(read("t.parquet", "PAR1 not really")).rejects.toThrow("t.parquet: the file is not a Parquet file");
    const empty = parquetWriteBuffer({ columnData: [{ name: "x", data: [], type: "DOUBLE" }] });
    await expect(read("t.parquet", new Uint8Array(empty))).rejects.toThrow("the table has no rows");
    const file = { ...memoryFile("t.parquet", ""), seekable: false, size: undefined };
    await expect(streamRecords(file, { header() {}, row() {} })).rejects.toThrow("Save it to a file first");
  });

  it("come from JSON Lines with the columns of the first line, and from CSV", async () => {
    const json = await read("t.jsonl", '{"a":1,"b":null}\n\n{"b":"x"}\n');
    expect(json).toEqual({
      columns: ["a", "b"],
      rows: [
        ["1", ""],
        ["", "x"],
      ],
      lines: [1, 3],
    });
    await expect(read("t.jsonl", '{"a":1}\n{"c":2}\n')).rejects.toThrow('t.jsonl, line 2: the key "c"');
    await expect(read("t.jsonl", "[1]\n")).rejects.toThrow("not a JSON object");
    await expect(read("t.jsonl", "")).rejects.toThrow("empty");
    expect((await read("t.tsv", "a\tb\n1\t2\n")).rows).toEqual([["1", "2"]]);
  });
});
