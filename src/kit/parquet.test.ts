import * as zlib from "node:zlib";
import { type ParquetWriteOptions, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { memoryFile } from "./files.ts";
import { openParquet } from "./parquet.ts";
import { readTable } from "./tables.ts";

type Codec = NonNullable<ParquetWriteOptions["codec"]>;

const numbers = Array.from({ length: 500 }, (_, i) => i % 7);
function written(codec: Codec, compress: (bytes: Uint8Array) => Uint8Array): ArrayBuffer {
  const days = numbers.map((n) => new Date(Date.UTC(2026, 0, 1 + n)));
  const columnData = [
    { name: "n", data: numbers, type: "INT32" as const },
    { name: "day", data: days, type: "TIMESTAMP" as const },
  ];
  return parquetWriteBuffer({ columnData, codec, compressors: { [codec]: compress } });
}

describe("openParquet", () => {
  it.each([
    ["UNCOMPRESSED", (bytes: Uint8Array) => bytes],
    ["GZIP", (bytes: Uint8Array) => zlib.gzipSync(bytes)],
    ["BROTLI", (bytes: Uint8Array) => zlib.brotliCompressSync(bytes)],
    ["ZSTD", (bytes: Uint8Array) => zlib.zstdCompressSync(bytes)],
  ] as const)("reads %s", async (codec, compress) => {
    const { records } = await openParquet(written(codec, compress), "t.parquet");
    expect((await records(3, 9)).map(({ n }) => n)).toEqual([3, 4, 5, 6, 0, 1]);
  });

  it("names a compression that is not read", async () => {
    const { records } = await openParquet(
      written("LZO", (bytes) => bytes),
      "t.parquet",
    );
    await expect(records()).rejects.toThrow(
      "t.parquet: the Parquet file is compressed in a way that is not read here (LZO)",
    );
  });

  it("gives days to tables as they are written in text", async () => {
    const bytes = new Uint8Array(written("GZIP", (given) => zlib.gzipSync(given)));
    const { rows } = await readTable(memoryFile("t.parquet", bytes));
    expect(rows[1]).toEqual(["1", "2026-01-02T00:00:00.000Z"]);
  });
});
