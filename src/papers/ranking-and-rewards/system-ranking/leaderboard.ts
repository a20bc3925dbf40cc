import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumber, cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import type { Direction, Scores } from "../rankings.ts";

/** A leaderboard as read from a file: systems in rows, and either one score a task or one a task and instance. */
export interface Leaderboard {
  systems: string[];
  tasks: string[];
  /** One direction a column of `scores`. */
  directions: Direction[];
  /** Columns are tasks (wide table) or instances (long table). */
  scores: Scores;
  /** Task of every column of `scores`, as a position in `tasks`. */
  taskOfColumn: number[];
}

const longColumns = ["system", "task", "instance", "score"];
/** Cells a score table may have in memory. */
const cellLimit = 20_000_000;

/** Splits "perplexity:lower" into name and direction. */
function parseHeader(header: string, lower: ReadonlySet<string>): { name: string; direction: Direction } {
  const match = /^(.*):(higher|lower)$/.exec(header);
  const name = match?.[1] ?? header;
  return { name, direction: (match?.[2] as Direction | undefined) ?? (lower.has(name) ? "lower" : "higher") };
}

/**
 * Reads a wide table (system, then one column a task) or a long one (`system,task,instance,score`). `grouped` headers of a wide
 * table are group/task: the groups are then the tasks, and their tasks the instances.
 */
export async function readLeaderboard(
  file: InputFile,
  lowerIsBetter: readonly string[],
  grouped = false,
): Promise<Leaderboard> {
  const table = await readTable(file);
  if (table.rows.length * table.columns.length > cellLimit) {
    throw new BadInput(`the table has more than ${cellLimit.toLocaleString("en")} cells`, { where: file.name });
  }
  const lower = new Set(lowerIsBetter);
  const isLong = longColumns.every((name) => table.columns.includes(name));
  const wide = isLong ? fromLong(table, lower) : fromWide(table, lower);
  const board = grouped ? byGroup(wide, file.name, isLong) : wide;
  for (const name of lower) {
    if (!wide.tasks.includes(name)) {
      throw new BadInput(`there is no task "${name}"`, {
        where: "--lower",
        remedy: `The tasks are ${wide.tasks.join(", ")}.`,
      });
    }
  }
  if (board.systems.length < 2) {
    throw new BadInput(`a ranking needs two or more systems and the table has ${board.systems.length}`, {
      where: file.name,
    });
  }
  return board;
}

/** The same table with its groups as tasks. */
function byGroup(board: Leaderboard, file: string, isLong: boolean): Leaderboard {
  if (isLong)
    throw new BadInput("a long table names its tasks in a column; groups are for a wide one", { where: "--groups" });
  const names = board.tasks.map((task) => {
    const group = /^(.+?)\/.+$/.exec(task)?.[1];
    if (group !== undefined) return group;
    throw new BadInput(`"${task}" names no group`, {
      where: `${file}, line 1`,
      remedy: "With --groups every header is group/task.",
    });
  });
  const groups = [...new Set(names)];
  return { ...board, tasks: groups, taskOfColumn: names.map((name) => groups.indexOf(name)) };
}

function systemNames(table: RawTable, column: number): string[] {
  const seen = new Map<string, number>();
  return table.rows.map((row, r) => {
    const name = row[column] ?? "";
    if (name === "") throw new BadInput("the system has no name", { where: cellPlace(table, r, column) });
    const first = seen.get(name);
    if (first !== undefined) {
      throw new BadInput(`the system "${name}" stands on line ${table.lines[first]} already`, {
        where: cellPlace(table, r, column),
      });
    }
    seen.set(name, r);
    return name;
  });
}

function fromWide(table: RawTable, lower: ReadonlySet<string>): Leaderboard {
  if (table.columns.length < 2) {
    throw new BadInput("the table has one column; wanted are the system and one or more tasks", { where: table.file });
  }
  const headers = table.columns.slice(1).map((header) => parseHeader(header, lower));
  const scores = table.rows.map((_, r) => headers.map((_, c) => cellNumber(table, r, c + 1) ?? null));
  headers.forEach(({ name }, c) => {
    if (scores.every((row) => row[c] === null)) {
      throw new BadInput("no system has a score", {
        where: `${table.file}, column ${name}`,
        remedy: "Remove the column.",
      });
    }
  });
  return {
    systems: systemNames(table, 0),
    tasks: headers.map(({ name }) => name),
    directions: headers.map(({ direction }) => direction),
    scores,
    taskOfColumn: headers.map((_, c) => c),
  };
}

function fromLong(table: RawTable, lower: ReadonlySet<string>): Leaderboard {
  const [systemAt, taskAt, instanceAt, scoreAt] = longColumns.map((name) => columnIndex(table, name)) as [
    number,
    number,
    number,
    number,
  ]; // one each
  const systems = new Map<string, number>();
  const tasks = new Map<string, { at: number; direction: Direction }>();
  const columns = new Map<string, number>();
  const taskOfColumn: number[] = [];
  const cells: { system: number; column: number; score: number; row: number }[] = [];
  table.rows.forEach((row, r) => {
    const system = row[systemAt] ?? "";
    const header = row[taskAt] ?? "";
    const { name, direction } = parseHeader(header, lower);
    if (system === "") throw new BadInput("the system has no name", { where: cellPlace(table, r, systemAt) });
    if (name === "") throw new BadInput("the task has no name", { where: cellPlace(table, r, taskAt) });
    const score = cellNumber(table, r, scoreAt);
    if (score === undefined) return;
    if (!systems.has(system)) systems.set(system, systems.size);
    const task = tasks.get(name) ?? { at: tasks.size, direction };
    tasks.set(name, task);
    const key = JSON.stringify([name, row[instanceAt]]);
    if (!columns.has(key)) {
      columns.set(key, columns.size);
      taskOfColumn.push(task.at);
    }
    cells.push({ system: systems.get(system) ?? 0, column: columns.get(key) ?? 0, score, row: r });
  });
  if (systems.size * columns.size > cellLimit) {
    throw new BadInput(`the table has more than ${cellLimit.toLocaleString("en")} system–instance pairs`, {
      where: table.file,
    });
  }
  const scores: (number | null)[][] = Array.from({ length: systems.size }, () =>
    new Array<number | null>(columns.size).fill(null),
  );
  for (const { system, column, score, row } of cells) {
    const line = scores[system] as (number | null)[]; // system < systems.size
    if (line[column] !== null) {
      throw new BadInput("this system, task and instance has a score already", {
        where: `${table.file}, line ${table.lines[row]}`,
      });
    }
    line[column] = score;
  }
  const directionOf = [...tasks.values()].map((task) => task.direction);
  return {
    systems: [...systems.keys()],
    tasks: [...tasks.keys()],
    directions: taskOfColumn.map((task) => directionOf[task] ?? "higher"),
    scores,
    taskOfColumn,
  };
}
