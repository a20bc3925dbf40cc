import { CsvError, parse as csvStream } from "csv-parse";
import { BadInput } from "./errors.ts";
import { type InputFile, readBytes, readLines, readText } from "./files.ts";
import { openParquet } from "./parquet.ts";

/** A table as read: named columns, string cells, and the source row of every record for error messages. */
export interface RawTable {
  file: string;
  columns: string[];
  rows: string[][];
  /** `lines[r]` is the line (CSV, TSV), or row (Parquet), of the file that record r starts on, from 1. */
  lines: number[];
}

export interface ReadTableOptions {
  /** Most bytes accepted. */
  maxBytes?: number;
  /** Most records accepted. */
  maxRows?: number;
}

const defaultBytes = 512 << 20;
const defaultRows = 5_000_000;

/** "scores.csv, line 3, column task_b": the place a message should name. */
export function cellPlace(table: RawTable, row: number, column: number): string {
  return `${table.file}, line ${table.lines[row] ?? row + 2}, column ${table.columns[column] ?? column + 1}`;
}

function tooManyRows(file: string, limit: number): BadInput {
  return new BadInput(`the table has more than ${limit.toLocaleString("en")} rows`, {
    where: file,
    remedy: "Split it, or sample rows.",
  });
}

/** Refuses columns without a name, and two of one name. */
export function checkHeader(file: string, columns: string[]): string[] {
  const seen = new Set<string>();
  for (const [i, name] of columns.entries()) {
    if (name === "") throw new BadInput(`column ${i + 1} has no name`, { where: `${file}, line 1` });
    if (seen.has(name)) throw new BadInput(`two columns are called "${name}"`, { where: `${file}, line 1` });
    seen.add(name);
  }
  return columns;
}

async function* textOf(file: InputFile, limit: number): AsyncGenerator<string> {
  let size = 0;
  let batch = "";
  for await (const { line } of readLines(file)) {
    size += line.length + 1;
    if (size > limit) {
      throw new BadInput(`the file is larger than the limit of ${Math.round(limit / 1048576)} MB`, {
        where: file.name,
      });
    }
    batch += `${line}\n`;
    if (batch.length < 1 << 16) continue;
    yield batch;
    batch = "";
  }
  yield batch;
}

/** Who takes the records of a table that streams in. */
export interface TableSink {
  header(columns: string[]): void;
  /** `line` is the line of the file on which the record ends, from 1. */
  row(cells: string[], line: number): void;
}

/**
 * Streams the records of a CSV or TSV (by its ending) in bounded memory, each as wide as the header; ragged rows, unnamed or
 * doubled columns and broken quotes are refused with file and line. Resolves with the number of records.
 */
export async function streamTable(
  file: InputFile,
  sink: TableSink,
  { maxBytes = Number.POSITIVE_INFINITY, maxRows = Number.POSITIVE_INFINITY }: ReadTableOptions = {},
): Promise<number> {
  const parser = csvStream({
    delimiter: /\.(tsv|tab)$/i.test(file.name) ? "\t" : ",",
    info: true,
    skip_empty_lines: true,
    trim: true,
    bom: true,
    relax_column_count: true,
  });
  let columns: string[] | undefined;
  let rows = 0;
  const take = (item: { record: string[]; info: { lines: number } }): void => {
    if (!columns) {
      columns = checkHeader(file.name, item.record);
      sink.header(columns);
      return;
    }
    if (item.record.length !== columns.length) {
      throw new BadInput(`the row has ${item.record.length} cells and the header ${columns.length}`, {
        where: `${file.name}, line ${item.info.lines}`,
      });
    }
    if (++rows > maxRows) throw tooManyRows(file.name, maxRows);
    sink.row(item.record, item.info.lines);
  };
  try {
    // Events rather than asynchronous iteration: the parser's browser build has an older stream that cannot be iterated.
    await new Promise<void>((resolve, reject) => {
      let stopped = false;
      const stop = (error: unknown): void => {
        stopped = true;
        reject(error);
      };
      parser.on("data", (item: Parameters<typeof take>[0]) => {
        if (stopped) return;
        try {
          take(item);
        } catch (error) {
          stop(error);
        }
      });
      parser.on("error", stop);
      parser.on("end", resolve);
      const feed = async (): Promise<void> => {
        for await (const text of textOf(file, maxBytes)) {
          if (stopped) return;
          if (!parser.write(text)) await new Promise<void>((resume) => parser.once("drain", resume));
        }
        parser.end();
      };
      feed().catch(stop);
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const reasons: Record<string, string> = {
      CSV_QUOTE_NOT_CLOSED: "a quoted cell is not closed",
      CSV_INVALID_CLOSING_QUOTE: "a quoted cell is followed by other text",
      INVALID_OPENING_QUOTE: "a quote stands inside an unquoted cell",
    };
    throw new BadInput(reasons[error.code] ?? "the row cannot be read", { where: `${file.name}, line ${error.lines}` });
  }
  if (!columns) throw new BadInput("the file is empty", { where: file.name });
  if (rows === 0) throw new BadInput("the table has a header and no rows", { where: file.name });
  return rows;
}

async function readDelimited(file: InputFile, options: Required<ReadTableOptions>): Promise<RawTable> {
  const table: RawTable = { file: file.name, columns: [], rows: [], lines: [] };
  const sink: TableSink = {
    header(columns) {
      table.columns = columns;
    },
    row(cells, line) {
      table.rows.push(cells);
      table.lines.push(line);
    },
  };
  await streamTable(file, sink, options);
  return table;
}

async function readParquet(file: InputFile, options: Required<ReadTableOptions>): Promise<RawTable> {
  const bytes = await readBytes(file, options.maxBytes);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const parquet = await openParquet(buffer, file.name);
  if (Number(parquet.metadata.num_rows) > options.maxRows) throw tooManyRows(file.name, options.maxRows);
  const records = await parquet.records();
  const columns = checkHeader(file.name, Object.keys(records[0] ?? {}));
  if (records.length === 0) throw new BadInput("the table has no rows", { where: file.name });
  const rows = records.map((record) => columns.map((name) => cellText(record[name])));
  return { file: file.name, columns, rows, lines: rows.map((_, i) => i + 1) };
}

/** A value of a Parquet or JSON record as a cell; absent ones are empty. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function readJsonTable(file: InputFile, options: Required<ReadTableOptions>): Promise<RawTable> {
  const columns: string[] = [];
  const position = new Map<string, number>();
  const rows: string[][] = [];
  const lines: number[] = [];
  for await (const { value, line } of readJsonLines(file, options)) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new BadInput("the line is not a JSON object", { where: `${file.name}, line ${line}` });
    }
    const row: string[] = [];
    for (const [key, cell] of Object.entries(value)) {
      if (!position.has(key)) position.set(key, columns.push(key) - 1);
      row[position.get(key) ?? 0] = cellText(cell);
    }
    rows.push(row);
    lines.push(line);
  }
  if (rows.length === 0) throw new BadInput("the file is empty", { where: file.name });
  const filled = rows.map((row) => Array.from(columns, (_, i) => row[i] ?? ""));
  return { file: file.name, columns, rows: filled, lines };
}

/**
 * Reads a table by the file's ending: `.csv` (and unknown endings), `.tsv`/`.tab`, `.jsonl`/`.ndjson`, `.parquet`.
 * Ragged rows, unnamed or doubled columns, broken quotes, empty and binary files are refused with file and line.
 */
export function readTable(file: InputFile, options: ReadTableOptions = {}): Promise<RawTable> {
  const limits = { maxBytes: defaultBytes, maxRows: defaultRows, ...options };
  const name = file.name.toLowerCase();
  if (name.endsWith(".parquet")) return readParquet(file, limits);
  if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) return readJsonTable(file, limits);
  return readDelimited(file, limits);
}

/** One JSON value a line, as they stream in; blank lines are passed over. A line that is not JSON is refused by number. */
export async function* readJsonLines(
  file: InputFile,
  { maxRows = defaultRows }: ReadTableOptions = {},
): AsyncGenerator<{ value: unknown; line: number }> {
  let count = 0;
  for await (const { line, number } of readLines(file)) {
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new BadInput("the line is not JSON", { where: `${file.name}, line ${number}` });
    }
    if (++count > maxRows) throw tooManyRows(file.name, maxRows);
    yield { value, line: number };
  }
}

/** One JSON document. */
export async function readJson(file: InputFile, maxBytes = 64 << 20): Promise<unknown> {
  const text = await readText(file, maxBytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    throw new BadInput(`the file is not valid JSON${at ? ` (character ${at})` : ""}`, { where: file.name });
  }
}

const missing = new Set(["", "na", "n/a", "nan", "null", "none", "-"]);

/** A finite number from a text; undefined for an empty or NA one; anything else is refused at the place that `where` names. */
export function parseNumber(cell: string, where: () => string): number | undefined {
  const text = cell.trim();
  if (missing.has(text.toLowerCase())) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) {
    throw new BadInput(`"${text.slice(0, 40).replace(/\s+/g, " ")}" is not a finite number`, { where: where() });
  }
  return value;
}

const largestMagnitude = 1e150;

/** The number itself; one whose square does not fit a double, so that means and deviations over it would be worthless, is refused. */
export function checkMagnitude(value: number, where: () => string): number {
  if (Math.abs(value) <= largestMagnitude) return value;
  throw new BadInput(`${value} is too large; the limit is ${largestMagnitude}`, {
    where: where(),
    remedy: "Is it a code for a missing value? Leave the cell empty then.",
  });
}

/** A finite number from a cell; undefined for an empty or NA cell; anything else is refused by its place. */
export function cellNumber(table: RawTable, row: number, column: number): number | undefined {
  return parseNumber(table.rows[row]?.[column] ?? "", () => cellPlace(table, row, column));
}

/** A finite number from a cell that must not be empty. */
export function cellNumberRequired(table: RawTable, row: number, column: number): number {
  const value = cellNumber(table, row, column);
  if (value === undefined) {
    throw new BadInput("the cell is empty or NaN, and a number is wanted", { where: cellPlace(table, row, column) });
  }
  return value;
}

/** Position of a column by name; an unknown one is refused with the names there are. */
export function columnIndex(table: RawTable, name: string): number {
  const index = table.columns.indexOf(name);
  if (index >= 0) return index;
  const shown = table.columns.slice(0, 12).join(", ");
  throw new BadInput(`there is no column "${name}"`, {
    where: table.file,
    remedy: `The columns are ${shown}${table.columns.length > 12 ? ", …" : ""}.`,
  });
}
