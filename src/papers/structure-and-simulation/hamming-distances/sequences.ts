import { BadInput } from "../../../kit/errors.ts";
import { formatBytes, type InputFile, readLines, readText } from "../../../kit/files.ts";
import { cellNumberRequired, cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";

/** One named sequence of a reader's file; a plain text is one sequence without a name. */
export interface SequenceRecord {
  name: string;
  symbols: Uint32Array;
}

/** What a file holds: characters of a plain text, letters of FASTA records, or whole numbers from a table. */
export interface Sequences {
  kind: "text" | "FASTA" | "table";
  records: SequenceRecord[];
}

/** Most bytes of a text or FASTA file, and most rows of a table. */
const maxBytes = 64 << 20;
const maxRows = 5_000_000;

export const fastaEndings = [".fa", ".fasta", ".fna", ".faa", ".ffn"];
export const tableEndings = [".csv", ".tsv", ".jsonl", ".parquet"];
export const textEndings = [".txt"];

function endsWith(name: string, endings: readonly string[]): boolean {
  return endings.some((ending) => name.toLowerCase().endsWith(ending));
}

/** Code points of a string. */
export function codePoints(text: string): Uint32Array {
  const points = new Uint32Array(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) as number; // at < length
    points[count++] = point;
    if (point > 0xffff) at++;
  }
  return points.subarray(0, count);
}

const largestSymbol = 2 ** 32 - 1;

/** A whole number that can be a symbol, or undefined. */
export function symbolOf(value: number): number | undefined {
  return Number.isInteger(value) && value >= 0 && value <= largestSymbol ? value : undefined;
}

function tableSymbols(table: RawTable, wanted: string): Uint32Array {
  if (wanted === "" && table.columns.length > 1) {
    throw new BadInput(`the table has ${table.columns.length} columns`, {
      where: table.file,
      remedy: `Choose the one with the symbols by --column: ${table.columns.slice(0, 12).join(", ")}.`,
    });
  }
  const column = wanted === "" ? 0 : columnIndex(table, wanted);
  return Uint32Array.from(table.rows, (_, row) => {
    const value = cellNumberRequired(table, row, column);
    const symbol = symbolOf(value);
    if (symbol === undefined) {
      throw new BadInput(`${value} is not a whole number from 0 to ${largestSymbol}`, {
        where: cellPlace(table, row, column),
      });
    }
    return symbol;
  });
}

/** Letters, stop (*) and gaps (- and .). */
const fastaLetters = /^[A-Za-z*.-]*$/;

async function readFasta(file: InputFile): Promise<SequenceRecord[]> {
  const records: { name: string; line: number; parts: string[] }[] = [];
  let size = 0;
  for await (const { line, number } of readLines(file)) {
    const text = (number === 1 ? line.replace(/^\uFEFF/, "") : line).trim();
    size += line.length + 1;
    if (size > maxBytes) {
      throw new BadInput(`the file is larger than the limit of ${formatBytes(maxBytes)}`, {
        where: file.name,
        remedy: "Split it by records.",
      });
    }
    if (text === "") continue;
    if (text.startsWith(">")) {
      records.push({ name: text.slice(1).split(/\s/, 1)[0] ?? "", line: number, parts: [] });
      continue;
    }
    const current = records.at(-1);
    if (!current) {
      throw new BadInput("the file does not begin with a header line (>name)", {
        where: `${file.name}, line ${number}`,
      });
    }
    if (!fastaLetters.test(text)) {
      const column = text.search(/[^A-Za-z*.-]/);
      throw new BadInput(`"${text[column]}" is not a letter of a sequence`, {
        where: `${file.name}, line ${number}, column ${column + 1}`,
      });
    }
    current.parts.push(text);
  }
  if (records.length === 0) throw new BadInput("the file is empty", { where: file.name });
  return records.map(({ name, line, parts }, i) => {
    if (parts.length === 0) {
      throw new BadInput("the record has no sequence", { where: `${file.name}, line ${line}` });
    }
    return { name: name || `record ${i + 1}`, symbols: codePoints(parts.join("")) };
  });
}

/**
 * Sequences from a reader's file, by its ending: FASTA, a table with a column of whole numbers, or else a plain text, in
 * which every character counts but a line end at the very end.
 */
export async function readSequences(file: InputFile, column: string): Promise<Sequences> {
  if (endsWith(file.name, tableEndings)) {
    const table = await readTable(file, { maxRows });
    return { kind: "table", records: [{ name: "", symbols: tableSymbols(table, column) }] };
  }
  if (endsWith(file.name, fastaEndings)) return { kind: "FASTA", records: await readFasta(file) };
  const text = (await readText(file, maxBytes)).replace(/^\uFEFF/, "").replace(/\r?\n$/, "");
  if (text === "") throw new BadInput("the file is empty", { where: file.name });
  return { kind: "text", records: [{ name: "", symbols: codePoints(text) }] };
}

/** The symbols of a pattern typed by the reader: characters, or for tables whole numbers set apart by commas or blanks. */
export function typedPattern(typed: string, kind: Sequences["kind"], where: string): Uint32Array {
  if (kind !== "table") return codePoints(typed);
  const words = typed.split(/[\s,;]+/).filter((word) => word !== "");
  return Uint32Array.from(words, (word) => {
    const symbol = symbolOf(Number(word));
    if (symbol === undefined) {
      throw new BadInput(`"${word.slice(0, 40)}" is not a whole number from 0 to ${largestSymbol}`, {
        where,
        remedy: "For a table the pattern is a list of numbers, such as 4,0,17.",
      });
    }
    return symbol;
  });
}

/** Lower case, character by character, so that positions stay: a character whose lower case is longer is left as it is. */
export function lowerCase(symbols: Uint32Array): Uint32Array {
  const known = new Map<number, number>();
  return symbols.map((symbol) => {
    let lower = known.get(symbol);
    if (lower === undefined) {
      const points = codePoints(String.fromCodePoint(symbol).toLowerCase());
      lower = points.length === 1 ? (points[0] as number) : symbol;
      known.set(symbol, lower);
    }
    return lower;
  });
}

/** Symbols as a reader would write them. */
export function shown(symbols: Uint32Array, kind: Sequences["kind"]): string {
  if (kind === "table") return symbols.join(" ");
  return Array.from(symbols, (symbol) => String.fromCodePoint(symbol)).join("");
}
