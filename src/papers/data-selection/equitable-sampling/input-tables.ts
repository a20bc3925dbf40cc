import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import {
  cellNumber,
  cellNumberRequired,
  cellPlace,
  columnIndex,
  type RawTable,
  readTable,
} from "../../../kit/tables.ts";
import type { CurvePoint } from "./curves.ts";

/** Most groups a tool takes: each has a curve to fit and a line in a chart. */
export const mostGroups = 200;

function groupName(table: RawTable, row: number, column: number): string {
  const name = table.rows[row]?.[column] ?? "";
  if (name === "") throw new BadInput("the group has no name", { where: cellPlace(table, row, column) });
  return name;
}

/** Measured scores by group, from columns `group`, `n`, `score`. */
export async function readScores(file: InputFile): Promise<Map<string, CurvePoint[]>> {
  const table = await readTable(file, { maxRows: 1_000_000 });
  const [groupAt, nAt, scoreAt] = [columnIndex(table, "group"), columnIndex(table, "n"), columnIndex(table, "score")];
  const groups = new Map<string, CurvePoint[]>();
  for (let r = 0; r < table.rows.length; r++) {
    const name = groupName(table, r, groupAt);
    const n = cellNumberRequired(table, r, nAt);
    if (!(n >= 1))
      throw new BadInput(`a score was measured with ${n} samples, and 1 or more is wanted`, {
        where: cellPlace(table, r, nAt),
      });
    const score = cellNumberRequired(table, r, scoreAt);
    if (Math.abs(score) > 1e9 || n > 1e12)
      throw new BadInput("the number is too large", { where: cellPlace(table, r, n > 1e12 ? nAt : scoreAt) });
    const points = groups.get(name) ?? [];
    points.push({ n, score });
    groups.set(name, points);
  }
  if (groups.size > mostGroups)
    throw new BadInput(`there are ${groups.size} groups and at most ${mostGroups} are taken`, { where: file.name });
  for (const [name, points] of groups) {
    if (new Set(points.map(({ n }) => n)).size >= 2) continue;
    throw new BadInput(`the group "${name}" has scores at one sample count only`, {
      where: file.name,
      remedy: "A learning curve needs scores at two different counts or more.",
    });
  }
  return groups;
}

/** What is known of a group besides its scores. */
export interface GroupTerms {
  cost: number;
  weight: number;
  have: number;
  max: number;
}

const largest = 1e12;

/**
 * Columns `group` and any of `cost`, `weight` (1 where absent), `have` and `max` (no limit). `known` are the groups that may be
 * named, with the samples they have where the table does not say; those that the table leaves out get what is usual.
 */
export async function readTerms(
  file: InputFile | undefined,
  known: ReadonlyMap<string, number>,
  scoresFile: string,
): Promise<Map<string, GroupTerms>> {
  const terms = new Map<string, GroupTerms>();
  if (file) {
    const table = await readTable(file, { maxRows: 100_000 });
    const groupAt = columnIndex(table, "group");
    const cell = (r: number, name: string, usual: number, least: number): number => {
      const column = table.columns.indexOf(name);
      const value = column < 0 ? usual : (cellNumber(table, r, column) ?? usual);
      if ((value > 0 || (least === 0 && value === 0)) && (value <= largest || value === usual)) return value;
      throw new BadInput(`the ${name} is ${value}, and a number ${least === 0 ? "from 0 on" : "above 0"} is wanted`, {
        where: cellPlace(table, r, Math.max(0, column)),
      });
    };
    for (let r = 0; r < table.rows.length; r++) {
      const name = groupName(table, r, groupAt);
      const where = cellPlace(table, r, groupAt);
      if (terms.has(name)) throw new BadInput(`the group "${name}" stands in the table already`, { where });
      const owned = known.get(name);
      if (owned === undefined) throw new BadInput(`the group "${name}" has no rows in ${scoresFile}`, { where });
      const max = cell(r, "max", Number.POSITIVE_INFINITY, 0);
      const have = cell(r, "have", Math.min(owned, max), 0);
      if (max < have)
        throw new BadInput(`the group "${name}" has ${have} samples and may have ${max} at most`, { where });
      terms.set(name, { cost: cell(r, "cost", 1, 1), weight: cell(r, "weight", 1, 1), have, max });
    }
  }
  for (const [name, have] of known) {
    if (!terms.has(name)) terms.set(name, { cost: 1, weight: 1, have, max: Number.POSITIVE_INFINITY });
  }
  return terms;
}
