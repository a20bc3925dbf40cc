import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import type { Options } from "./options.ts";

/** A table in the order of time: where its labels stand and which columns are features. */
export interface StreamTable {
  table: RawTable;
  target: number;
  features: number[];
  /** The label of every row; undefined where the cell is empty or a question mark. */
  labels: (string | undefined)[];
}

type ReadOptions = Pick<Options, "target" | "time" | "ignore">;

const blank = /^\??$/;

/** Reads a table whose rows are in the order of time; refuses unknown columns and a time that goes back. */
export async function readStreamTable(file: InputFile, { target, time, ignore }: ReadOptions): Promise<StreamTable> {
  const table = await readTable(file, { maxRows: 2_000_000 });
  const named = (name: string): number => columnIndex(table, name);
  const at = target === undefined ? table.columns.length - 1 : named(target);
  const left = new Set([at, ...ignore.map(named)]);
  if (time !== undefined) {
    const clock = named(time);
    if (clock === at) throw new BadInput("the time cannot be the target", { where: "--time" });
    left.add(clock);
    checkOrder(table, clock);
  }
  if (ignore.length > 0 && target !== undefined && ignore.includes(target)) {
    throw new BadInput("the target cannot be ignored", { where: "--ignore" });
  }
  return {
    table,
    target: at,
    features: table.columns.map((_, i) => i).filter((i) => !left.has(i)),
    labels: table.rows.map((row) => {
      const text = (row[at] ?? "").trim();
      return blank.test(text) ? undefined : text;
    }),
  };
}

/** A time as a number: itself, or a date. */
function instant(text: string): number {
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : Date.parse(text);
}

function checkOrder(table: RawTable, clock: number): void {
  let before = Number.NEGATIVE_INFINITY;
  for (const [r, row] of table.rows.entries()) {
    const text = row[clock] ?? "";
    const now = instant(text);
    const where = `${table.file}, line ${table.lines[r]}, column ${table.columns[clock]}`;
    if (Number.isNaN(now)) {
      throw new BadInput(`"${text.slice(0, 40)}" is neither a number nor a date`, { where });
    }
    if (now < before) {
      throw new BadInput(`the time ${text} is earlier than that of the row before`, {
        where,
        remedy: "Sort the rows by time.",
      });
    }
    before = now;
  }
}

/** Whether the target is a number to predict: asked for, or more than 20 different values that all are numbers. */
export function isNumberTask({ labels, table, target }: StreamTable, task: Options["task"]): boolean {
  if (task === "classes") return false;
  const bad = labels.findIndex((label) => label !== undefined && !Number.isFinite(Number(label)));
  if (task === "auto") return bad < 0 && new Set(labels.filter((label) => label !== undefined)).size > 20;
  if (bad >= 0) {
    throw new BadInput(`"${labels[bad]?.slice(0, 40)}" is not a number`, {
      where: `${table.file}, line ${table.lines[bad]}, column ${table.columns[target]}`,
      remedy: "Use --task classes for a target that names classes.",
    });
  }
  return true;
}

/** The classes in the order of their first row, and those announced beforehand behind them. */
export function classesOf({ labels, table, target }: StreamTable, announced: readonly string[]): string[] {
  const classes = [...new Set([...labels.filter((label) => label !== undefined), ...announced.map((c) => c.trim())])];
  if (classes.length > 100) {
    throw new BadInput(`there are ${classes.length} different labels, and 100 classes are the most`, {
      where: `${table.file}, column ${table.columns[target]}`,
      remedy: "Name another --target, or use --task number.",
    });
  }
  return classes;
}
