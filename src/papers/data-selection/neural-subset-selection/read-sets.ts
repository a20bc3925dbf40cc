import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumberRequired, columnIndex, readJsonLines, readTable } from "../../../kit/tables.ts";

/** A reader's ground set. */
export interface ReadSet {
  /** Its name: `set_id`, or the line of the file. */
  name: string;
  /** File and line, for messages. */
  where: string;
  items: number[][];
  /** Positions of the chosen items; undefined when the file does not tell. */
  chosen?: number[];
}

const limits = { sets: 200_000, items: 1000, numbers: 20_000_000, width: 4096, magnitude: 1e15 };

/** Keeps count of what is read, and refuses what is too much or does not fit the first item. */
class Reader {
  readonly sets: ReadSet[] = [];
  width: number | undefined;
  numbers = 0;

  item(values: number[], where: string): number[] {
    this.width ??= values.length;
    if (values.length !== this.width) {
      throw new BadInput(`the item has ${values.length} numbers and the first item of the file ${this.width}`, {
        where,
      });
    }
    if (values.length > limits.width) {
      throw new BadInput(`the item has ${values.length} numbers and the limit is ${limits.width}`, { where });
    }
    const large = values.find((value) => Math.abs(value) > limits.magnitude);
    if (large !== undefined) {
      throw new BadInput(`${large} is larger than the limit of ${limits.magnitude}`, { where, remedy: "Rescale it." });
    }
    this.numbers += values.length;
    if (this.numbers > limits.numbers) {
      throw new BadInput(`the file has more than ${limits.numbers.toLocaleString("en")} numbers`, {
        where,
        remedy: "Sample sets.",
      });
    }
    return values;
  }

  finish(file: InputFile): ReadSet[] {
    if (this.sets.length === 0) throw new BadInput("the file has no sets", { where: file.name });
    for (const { items, where } of this.sets) {
      if (items.length > limits.items) {
        throw new BadInput(`the set has ${items.length} items and the limit is ${limits.items}`, { where });
      }
    }
    return this.sets;
  }
}

/**
 * Sets from JSON Lines, `{"items": [[…], …], "chosen": [0, 4]}` each (a plain number is an item of one number, "id" a name), or
 * from a table with one item a row: `set_id`, `chosen` (0 or 1) and the item's numbers. With `chosen: false` nothing needs to
 * say what was chosen.
 */
export async function readSets(file: InputFile, { chosen }: { chosen: boolean }): Promise<ReadSet[]> {
  return /\.(jsonl|ndjson)$/i.test(file.name) ? readLineSets(file, chosen) : readTableSets(file, chosen);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function numberAt(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new BadInput(`${shown(value)} is not a finite number`, { where });
}

async function readLineSets(file: InputFile, wanted: boolean): Promise<ReadSet[]> {
  const reader = new Reader();
  for await (const { value, line } of readJsonLines(file, { maxRows: limits.sets })) {
    const where = `${file.name}, line ${line}`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new BadInput(`the line is ${shown(value)} and must be an object with "items"`, { where });
    }
    const { items, chosen, id } = value as Record<string, unknown>;
    if (!Array.isArray(items) || items.length === 0) {
      throw new BadInput(`"items" is ${items === undefined ? "missing" : shown(items)} and must be a list of items`, {
        where,
      });
    }
    const read = items.map((item: unknown, i) => {
      const place = `${where}, item ${i + 1}`;
      if (typeof item === "number") return reader.item([numberAt(item, place)], place);
      if (!Array.isArray(item) || item.length === 0)
        throw new BadInput(`${shown(item)} is not a list of numbers`, { where: place });
      return reader.item(
        item.map((entry: unknown, j) => numberAt(entry, `${place}, number ${j + 1}`)),
        place,
      );
    });
    const name = typeof id === "string" || typeof id === "number" ? String(id) : String(line);
    const set: ReadSet = { name, where, items: read };
    if (wanted) set.chosen = readPositions(chosen, read.length, where);
    reader.sets.push(set);
  }
  return reader.finish(file);
}

function readPositions(value: unknown, count: number, where: string): number[] {
  if (!Array.isArray(value)) {
    throw new BadInput(
      `"chosen" is ${value === undefined ? "missing" : shown(value)} and must be a list of positions`,
      { where },
    );
  }
  const seen = new Set<number>();
  for (const entry of value as unknown[]) {
    if (typeof entry !== "number" || !Number.isInteger(entry) || entry < 0 || entry >= count) {
      throw new BadInput(`the chosen position ${shown(entry)} is not one of 0 to ${count - 1}`, { where });
    }
    if (seen.has(entry)) throw new BadInput(`the position ${entry} is chosen twice`, { where });
    seen.add(entry);
  }
  return [...seen].sort((a, b) => a - b);
}

const truths = new Map([
  ...["1", "true", "yes"].map((text) => [text, true] as const),
  ...["0", "false", "no"].map((text) => [text, false] as const),
]);

async function readTableSets(file: InputFile, wanted: boolean): Promise<ReadSet[]> {
  const table = await readTable(file);
  const [setColumn, chosenColumn] = [
    columnIndex(table, "set_id"),
    wanted ? columnIndex(table, "chosen") : table.columns.indexOf("chosen"),
  ];
  const features = [...table.columns.keys()].filter((column) => column !== setColumn && column !== chosenColumn);
  if (features.length === 0) {
    throw new BadInput("there is no column of numbers beside set_id and chosen", { where: file.name });
  }
  const reader = new Reader();
  const byName = new Map<string, ReadSet & { chosen: number[] }>();
  for (const [r, row] of table.rows.entries()) {
    const where = `${file.name}, line ${table.lines[r]}`;
    const name = (row[setColumn] ?? "").trim();
    if (name === "") throw new BadInput("set_id is empty", { where });
    let set = byName.get(name);
    if (!set) {
      set = { name, where: `${where}, set "${name.slice(0, 60)}"`, items: [], chosen: [] };
      byName.set(name, set);
      reader.sets.push(set);
    }
    if (wanted) {
      const cell = (row[chosenColumn] ?? "").trim().toLowerCase();
      const member = truths.get(cell);
      if (member === undefined) throw new BadInput(`chosen is "${cell.slice(0, 40)}" and must be 0 or 1`, { where });
      if (member) set.chosen.push(set.items.length);
    }
    set.items.push(
      reader.item(
        features.map((column) => cellNumberRequired(table, r, column)),
        where,
      ),
    );
  }
  return reader.finish(file);
}
