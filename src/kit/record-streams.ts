import { BadInput } from "./errors.ts";
import type { InputFile } from "./files.ts";
import { openParquet } from "./parquet.ts";
import { cellText, checkHeader, readJsonLines, streamTable, type TableSink } from "./tables.ts";

/**
 * Streams the records of a table by the file's ending, as {@link streamTable} does, in bounded memory: CSV and TSV as they come,
 * JSON Lines with the columns of the first line (another key further down is refused), Parquet a row group at a time, for which the
 * file must be seekable. `line` is the row, from 1, of a Parquet file. Resolves with the number of records.
 */
export async function streamRecords(file: InputFile, sink: TableSink): Promise<number> {
  const name = file.name.toLowerCase();
  if (name.endsWith(".parquet")) return streamParquet(file, sink);
  if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) return streamJson(file, sink);
  return streamTable(file, sink);
}

async function streamJson(file: InputFile, sink: TableSink): Promise<number> {
  let columns: string[] | undefined;
  let count = 0;
  for await (const { value, line } of readJsonLines(file, { maxRows: Number.POSITIVE_INFINITY })) {
    const where = `${file.name}, line ${line}`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new BadInput("the line is not a JSON object", { where });
    }
    const record = value as Record<string, unknown>;
    if (!columns) {
      columns = checkHeader(file.name, Object.keys(record));
      sink.header(columns);
    }
    for (const key of Object.keys(record)) {
      if (columns.includes(key)) continue;
      throw new BadInput(`the key "${key.slice(0, 40)}" is not among those of the first line`, { where });
    }
    count++;
    sink.row(
      columns.map((column) => cellText(record[column])),
      line,
    );
  }
  if (count === 0) throw new BadInput("the file is empty", { where: file.name });
  return count;
}

async function streamParquet(file: InputFile, sink: TableSink): Promise<number> {
  const { size } = file;
  if (!file.seekable || size === undefined) {
    throw new BadInput("a Parquet file is read from its end, and a stream has none yet", {
      where: file.name,
      remedy: "Save it to a file first.",
    });
  }
  const buffer = {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      const bytes = await file.slice(start, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
  const { metadata, records: recordsOf } = await openParquet(buffer, file.name);
  let columns: string[] | undefined;
  let done = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    for (const record of await recordsOf(done, done + rows)) {
      if (!columns) {
        columns = checkHeader(file.name, Object.keys(record));
        sink.header(columns);
      }
      done++;
      sink.row(
        columns.map((column) => cellText(record[column])),
        done,
      );
    }
  }
  if (done === 0) throw new BadInput("the table has no rows", { where: file.name });
  return done;
}
