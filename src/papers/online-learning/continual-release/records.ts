import { parse } from "csv-parse/sync";
import { BadInput } from "../../../kit/errors.ts";
import { type InputFile, readLines } from "../../../kit/files.ts";

/** Most columns of an event file: every one of them is a running sum with noise of its own. */
export const columnLimit = 10_000;

/** A record as it is read; the arrays are reused for the next one. */
export interface ReadRecord {
  record: Float64Array;
  columns: readonly string[];
  line: number;
}

/** Turns one line into the record's numbers. */
interface LineFormat {
  columns: string[];
  read(text: string, line: number, into: Float64Array): void;
}

/** The column of an array element, which has no name of its own. */
const position = (i: number): string => `column ${i + 1}`;

function value(cell: unknown, place: () => string): number {
  if (cell === "0" || cell === 0 || cell === false) return 0;
  if (cell === "1" || cell === 1 || cell === true) return 1;
  const number =
    typeof cell === "string" && cell.trim() !== "" ? Number(cell) : typeof cell === "number" ? cell : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  const shown = typeof cell === "string" ? `"${cell.slice(0, 40)}"` : (JSON.stringify(cell) ?? "nothing").slice(0, 40);
  throw new BadInput(cell === "" || cell === undefined ? "the value is missing" : `${shown} is not 0 or 1`, {
    where: place(),
    remedy: "Every column counts how often something happened; leave others out with --ignore.",
  });
}

function checkColumns(file: string, line: number, names: readonly string[], ignore: readonly string[]): number[] {
  const where = `${file}, line ${line}`;
  const seen = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (name === "") throw new BadInput(`column ${i + 1} has no name`, { where });
    if (seen.has(name)) throw new BadInput(`two columns are called "${name}"`, { where });
    seen.add(name);
  }
  for (const name of ignore) {
    if (seen.has(name)) continue;
    const shown = names.slice(0, 12).join(", ");
    throw new BadInput(`there is no column "${name}" in ${file}`, {
      where: "--ignore",
      remedy: `The columns are ${shown}${names.length > 12 ? ", …" : ""}.`,
    });
  }
  const kept = names.flatMap((name, i) => (ignore.includes(name) ? [] : [i]));
  if (kept.length === 0) throw new BadInput("there is no column left to count", { where });
  if (kept.length > columnLimit) {
    throw new BadInput(
      `there are ${kept.length.toLocaleString("en")} columns and the limit is ${columnLimit.toLocaleString("en")}`,
      {
        where,
        remedy: "Leave some out with --ignore.",
      },
    );
  }
  return kept;
}

/** The cells of one line of CSV; a quoted cell may not go on over the line's end. */
function splitLine(text: string, delimiter: string, where: string): string[] {
  if (!text.includes('"')) return text.split(delimiter).map((cell) => cell.trim());
  try {
    const [cells] = parse(text, { delimiter, trim: true, relax_column_count: true }) as string[][];
    return cells ?? [];
  } catch {
    throw new BadInput("a quoted cell is not closed on its line, or is followed by other text", { where });
  }
}

function csvFormat(file: string, header: string, line: number, ignore: readonly string[]): LineFormat {
  const delimiter = header.includes("\t") && !header.includes(",") ? "\t" : ",";
  const names = splitLine(header, delimiter, `${file}, line ${line}`);
  if (names.every((name) => name !== "" && Number.isFinite(Number(name)))) {
    throw new BadInput("the first line holds numbers and a header of column names is wanted", {
      where: `${file}, line ${line}`,
    });
  }
  const kept = checkColumns(file, line, names, ignore);
  return {
    columns: kept.map((i) => names[i] as string),
    read(text, at, into) {
      const cells = splitLine(text, delimiter, `${file}, line ${at}`);
      if (cells.length !== names.length) {
        throw new BadInput(`the row has ${cells.length} cells and the header ${names.length}`, {
          where: `${file}, line ${at}`,
        });
      }
      for (let j = 0; j < kept.length; j++) {
        const i = kept[j] as number;
        into[j] = value(cells[i], () => `${file}, line ${at}, column ${names[i]}`);
      }
    },
  };
}

function jsonLine(file: string, text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput("the line is not JSON", { where: `${file}, line ${line}` });
  }
}

/** The first record says whether all are arrays of one length or objects with the same keys. */
function jsonFormat(file: string, first: string, line: number, ignore: readonly string[]): LineFormat {
  const sample = jsonLine(file, first, line);
  const arrays = Array.isArray(sample);
  const wanted = arrays ? "an array" : "an object";
  const names = arrays ? sample.map((_, i) => position(i)) : Object.keys(sample as object);
  const kept = checkColumns(file, line, names, ignore);
  return {
    columns: kept.map((i) => names[i] as string),
    read(text, at, into) {
      const where = `${file}, line ${at}`;
      const record = jsonLine(file, text, at);
      if (typeof record !== "object" || record === null || Array.isArray(record) !== arrays) {
        throw new BadInput(`the line is not ${wanted}, as the first is`, { where });
      }
      const size = Array.isArray(record) ? record.length : Object.keys(record).length;
      for (let j = 0; j < kept.length; j++) {
        const i = kept[j] as number;
        const name = names[i] as string;
        const cell = Array.isArray(record)
          ? record[i]
          : Object.hasOwn(record, name)
            ? (record as Record<string, unknown>)[name]
            : undefined;
        into[j] = value(cell, () => `${where}, ${arrays ? name : `key ${name}`}`);
      }
      if (size !== names.length) {
        throw new BadInput(`the record has ${size} entries and the first ${names.length}`, { where });
      }
    },
  };
}

/**
 * Records of an event file, one a line, as they arrive: CSV (or tab-separated) with a header, or JSON Lines of arrays or
 * objects; which of the two is told by the first character. Values are 0 and 1, or between them. Blank lines are passed
 * over; anything else is refused with line and column.
 */
export async function* readRecords(file: InputFile, ignore: readonly string[] = []): AsyncGenerator<ReadRecord> {
  let format: LineFormat | undefined;
  let record = new Float64Array(0);
  for await (const { line, number } of readLines(file)) {
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() === "") continue;
    if (!format) {
      const json = /^\s*[[{]/.test(text);
      format = json ? jsonFormat(file.name, text, number, ignore) : csvFormat(file.name, text, number, ignore);
      record = new Float64Array(format.columns.length);
      if (!json) continue;
    }
    format.read(text, number, record);
    yield { record, columns: format.columns, line: number };
  }
}
