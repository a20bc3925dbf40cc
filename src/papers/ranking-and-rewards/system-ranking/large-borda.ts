import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { parseNumber, streamTable } from "../../../kit/tables.ts";
import { type Consensus, consensusBy, type Direction, rankColumn } from "../rankings.ts";

/** What one look through the file tells: its systems, and the tasks with their directions. */
export interface Outline {
  systems: string[];
  tasks: { name: string; direction: Direction }[];
}

export interface LargeRanking extends Outline {
  borda: Consensus;
  mean: Consensus;
  /** Times the file was read through. */
  passes: number;
}

export interface LargeOptions {
  lower: readonly string[];
  /** Bytes for the scores held at a time. */
  memory: number;
  onPass?(pass: number, passes: number): Promise<void> | void;
}

const systemLimit = 5_000_000;

function headerOf(columns: readonly string[], lower: ReadonlySet<string>): Outline["tasks"] {
  return columns.slice(1).map((header) => {
    const [, name = header, direction] = /^(.*):(higher|lower)$/.exec(header) ?? [];
    return { name, direction: direction === "lower" || (!direction && lower.has(name)) ? "lower" : "higher" };
  });
}

async function outlineOf(file: InputFile, lower: readonly string[]): Promise<Outline> {
  const outline: Outline = { systems: [], tasks: [] };
  const seen = new Set<string>();
  const sink = {
    header(columns: string[]): void {
      outline.tasks = headerOf(columns, new Set(lower));
    },
    row([name = ""]: string[], line: number): void {
      const where = `${file.name}, line ${line}`;
      if (name === "") throw new BadInput("the system has no name", { where });
      if (seen.has(name)) throw new BadInput(`the system "${name}" stands above already`, { where });
      seen.add(name);
      outline.systems.push(name);
    },
  };
  await streamTable(file, sink, { maxRows: systemLimit });
  if (outline.tasks.length === 0) throw new BadInput("the table has no task", { where: `${file.name}, line 1` });
  if (outline.systems.length < 2) throw new BadInput("a ranking needs two or more systems", { where: file.name });
  const unknown = lower.find((name) => outline.tasks.every((task) => task.name !== name));
  if (unknown !== undefined) throw new BadInput(`there is no task "${unknown}"`, { where: "--lower" });
  return outline;
}

/**
 * Borda and mean of a wide table that need not fit into memory. The file is read through once for the names and then as often
 * as it takes to hold a block of columns of $N \times b$ numbers at a time; a block's columns are ranked, added to the sums,
 * and forgotten. $O(TN\log N)$ time, memory for one block and the sums; the same numbers as {@link bordaRanking}. A missing
 * score is refused by its place, since rank sums compare systems on the same tasks only.
 */
export async function rankLargeTable(file: InputFile, { lower, memory, onPass }: LargeOptions): Promise<LargeRanking> {
  const outline = await outlineOf(file, lower);
  const [n, t] = [outline.systems.length, outline.tasks.length];
  const width = Math.max(1, Math.min(t, Math.floor(memory / (8 * n))));
  const passes = Math.ceil(t / width);
  const ranks = new Float64Array(n);
  const sums = new Float64Array(n);
  for (let pass = 0; pass < passes; pass++) {
    await onPass?.(pass, passes);
    const from = pass * width;
    const block = await readBlock(file, n, from, Math.min(t, from + width));
    for (const [c, column] of block.entries()) {
      const direction = outline.tasks[from + c]?.direction ?? "higher";
      const own = rankColumn(column, direction);
      const sign = direction === "lower" ? -1 : 1;
      for (let i = 0; i < n; i++) {
        ranks[i] = (ranks[i] as number) + (own[i] as number);
        sums[i] = (sums[i] as number) + sign * (column[i] as number);
      }
    }
  }
  return {
    ...outline,
    borda: consensusBy(Array.from(ranks), "low"),
    mean: consensusBy(
      Array.from(sums, (sum) => sum / t),
      "high",
    ),
    passes,
  };
}

async function readBlock(file: InputFile, n: number, from: number, to: number): Promise<Float64Array[]> {
  const block = Array.from({ length: to - from }, () => new Float64Array(n));
  let names: string[] = [];
  let at = 0;
  const sink = {
    header(columns: string[]): void {
      names = columns;
    },
    row(cells: string[], line: number): void {
      if (at >= n) throw new BadInput("the file has grown while it was read", { where: file.name });
      for (let task = from; task < to; task++) {
        const where = (): string => `${file.name}, line ${line}, column ${names[task + 1] ?? task + 2}`;
        const value = parseNumber(cells[task + 1] ?? "", where);
        if (value === undefined) {
          throw new BadInput("the score is missing", {
            where: where(),
            remedy:
              "Leave the task or the system out, or use the tool rank, which compares pairs on the tasks they share.",
          });
        }
        (block[task - from] as Float64Array)[at] = value;
      }
      at++;
    },
  };
  await streamTable(file, sink);
  if (at < n) throw new BadInput("the file has shrunk while it was read", { where: file.name });
  return block;
}
