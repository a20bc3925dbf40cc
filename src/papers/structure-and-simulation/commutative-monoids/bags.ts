import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { readJsonLines } from "../../../kit/tables.ts";
import type { Target } from "./heads.ts";

/** A reader's bag: any number of items of one width, and what they stand for. */
export interface Bag {
  items: number[][];
  /** Empty when the file has no targets. */
  target: Target;
  /** Line of the file, from 1. */
  line: number;
}

/** Limits of what is read. */
const limits = { bags: 500_000, items: 50_000, numbers: 20_000_000, width: 4096, magnitude: 1e15 };

function numberAt(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new BadInput(`${shown(value)} is not a finite number`, { where });
  }
  if (Math.abs(value) > limits.magnitude) {
    throw new BadInput(`${value} is larger than the limit of ${limits.magnitude}`, { where, remedy: "Rescale it." });
  }
  return value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function readItems(value: unknown, where: string): number[][] {
  if (!Array.isArray(value)) {
    throw new BadInput(
      `"items" is ${value === undefined ? "missing" : shown(value)} and must be a list of lists of numbers`,
      {
        where,
      },
    );
  }
  if (value.length > limits.items) {
    throw new BadInput(`the bag has ${value.length} items and the limit is ${limits.items}`, { where });
  }
  return value.map((item: unknown, i) => {
    const place = `${where}, item ${i + 1}`;
    if (typeof item === "number") return [numberAt(item, place)];
    if (!Array.isArray(item) || item.length === 0) {
      throw new BadInput(`${shown(item)} is not a list of numbers`, { where: place });
    }
    return item.map((entry: unknown, j) => numberAt(entry, `${place}, number ${j + 1}`));
  });
}

function readTarget(value: unknown, where: string): Target {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > limits.width) {
    throw new BadInput(`"target" has ${list.length} values`, { where });
  }
  return list.map((entry) => {
    if (typeof entry === "boolean") return Number(entry);
    if (typeof entry === "string") return entry;
    if (typeof entry === "number") return numberAt(entry, `${where}, target`);
    throw new BadInput(`"target" is ${shown(value)} and must be a number, a text, or a list of them`, { where });
  });
}

/**
 * Reads bags from JSON Lines, `{"items": [[…], …], "target": …}` each. Items are lists of numbers of one width (a plain
 * number is an item of width 1); the target is a number, a text, true or false, or a list of them.
 */
export async function readBags(file: InputFile, { targets }: { targets: boolean }): Promise<Bag[]> {
  const bags: Bag[] = [];
  let width: number | undefined;
  let numbers = 0;
  for await (const { value, line } of readJsonLines(file, { maxRows: limits.bags })) {
    const where = `${file.name}, line ${line}`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new BadInput(`the line is ${shown(value)} and must be an object with "items"`, { where });
    }
    const record = value as Record<string, unknown>;
    const items = readItems(record.items, where);
    for (const [i, item] of items.entries()) {
      width ??= item.length;
      if (item.length !== width) {
        throw new BadInput(`the item has ${item.length} numbers and the first item of the file ${width}`, {
          where: `${where}, item ${i + 1}`,
        });
      }
    }
    numbers += items.length * (width ?? 0);
    if ((width ?? 0) > limits.width)
      throw new BadInput(`items have ${width} numbers and the limit is ${limits.width}`, { where });
    if (numbers > limits.numbers) {
      throw new BadInput(`the file has more than ${limits.numbers.toLocaleString("en")} numbers`, {
        where,
        remedy: "Sample bags.",
      });
    }
    if (targets && !Object.hasOwn(record, "target")) throw new BadInput('there is no "target"', { where });
    bags.push({ items, target: targets ? readTarget(record.target, where) : [], line });
  }
  if (bags.length === 0) throw new BadInput("the file is empty", { where: file.name });
  if (width === undefined) throw new BadInput("all bags are empty", { where: file.name });
  return bags;
}

/** Mean and spread of every number of the items, to bring them to a common scale. */
export interface Scaling {
  mean: number[];
  sd: number[];
}

export function scalingOf(bags: readonly (readonly number[][])[], width: number): Scaling {
  let count = 0;
  const mean = new Array<number>(width).fill(0);
  const squares = new Array<number>(width).fill(0);
  for (const bag of bags) {
    for (const item of bag) {
      count += 1;
      for (const [j, x] of item.entries()) {
        const delta = x - (mean[j] ?? 0);
        mean[j] = (mean[j] ?? 0) + delta / count;
        squares[j] = (squares[j] ?? 0) + delta * (x - (mean[j] ?? 0));
      }
    }
  }
  return { mean, sd: squares.map((total) => Math.sqrt(total / Math.max(1, count)) || 1) };
}

/** The items on the common scale. */
export function rescale(items: readonly (readonly number[])[], { mean, sd }: Scaling): number[][] {
  return items.map((item) => item.map((x, j) => (x - (mean[j] ?? 0)) / (sd[j] ?? 1)));
}
