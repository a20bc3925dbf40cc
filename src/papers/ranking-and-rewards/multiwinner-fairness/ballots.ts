import { BadInput } from "../../../kit/errors.ts";
import { type InputFile, readText } from "../../../kit/files.ts";
import { columnIndex, readTable } from "../../../kit/tables.ts";

/** Ballots over named items; rankings hold positions in `items`, best first, and may be partial. */
export interface Ballots {
  items: string[];
  rankings: number[][];
}

const ballotLimit = 200_000;
const itemLimit = 2000;

function checkSizes(file: string, ballots: number, items: number): void {
  if (ballots > ballotLimit) {
    throw new BadInput(`there are more than ${ballotLimit.toLocaleString("en")} rankings`, {
      where: file,
      remedy: "Sample them.",
    });
  }
  if (items > itemLimit) throw new BadInput(`there are more than ${itemLimit} items`, { where: file });
}

/**
 * Reads rankings: a CSV whose rows are a voter and then items, best first, with empty cells after the last one ranked; or a
 * PrefLib file of strict orders (`.soc`, `.soi`).
 */
export async function readBallots(file: InputFile): Promise<Ballots> {
  const ballots = /\.so[ci]$/i.test(file.name) ? await readPrefLib(file) : await readBallotTable(file);
  checkSizes(file.name, ballots.rankings.length, ballots.items.length);
  return ballots;
}

async function readBallotTable(file: InputFile): Promise<Ballots> {
  const table = await readTable(file, { maxRows: ballotLimit });
  if (table.columns.length < 2) {
    throw new BadInput("the table has one column; wanted are the voter and then items, best first", {
      where: file.name,
    });
  }
  const known = new Map<string, number>();
  const rankings = table.rows.map((row, r) => {
    const where = `${file.name}, line ${table.lines[r]}`;
    const named = row.slice(1);
    const length = named.indexOf("");
    const ranked = length < 0 ? named : named.slice(0, length);
    if (length >= 0 && named.slice(length).some((name) => name !== "")) {
      throw new BadInput("an item follows an empty place", { where, remedy: "Leave only the last places empty." });
    }
    if (ranked.length === 0) throw new BadInput("the voter ranks nothing", { where });
    if (new Set(ranked).size < ranked.length) throw new BadInput("an item stands twice in the ranking", { where });
    return ranked.map((name) => {
      const id = known.get(name) ?? known.size;
      known.set(name, id);
      return id;
    });
  });
  return { items: [...known.keys()], rankings };
}

/** PrefLib: comment lines with the names of the alternatives, then "count: 3,1,2". */
async function readPrefLib(file: InputFile): Promise<Ballots> {
  const text = await readText(file, 64 << 20);
  const names = new Map<number, string>();
  const rankings: number[][] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const where = `${file.name}, line ${at + 1}`;
    const name = /^#\s*ALTERNATIVE NAME (\d+):\s*(.*)$/.exec(line);
    if (name) names.set(Number(name[1]), name[2]?.trim() || `item ${name[1]}`);
    if (line.startsWith("#") || line.trim() === "") continue;
    const ballot = /^\s*(\d+)\s*:\s*(\d+(?:\s*,\s*\d+)*)\s*$/.exec(line);
    if (!ballot) throw new BadInput('the line is not of the form "count: 3,1,2"', { where });
    const ranking = (ballot[2] ?? "").split(",").map(Number);
    if (new Set(ranking).size < ranking.length) throw new BadInput("an item stands twice in the ranking", { where });
    for (const id of ranking) if (!names.has(id)) names.set(id, `item ${id}`);
    const count = Number(ballot[1]);
    if (count + rankings.length > ballotLimit) checkSizes(file.name, ballotLimit + 1, 0);
    for (let c = 0; c < count; c++) rankings.push(ranking);
  }
  if (rankings.length === 0) throw new BadInput("the file has no rankings", { where: file.name });
  const order = [...names.keys()].sort((a, b) => a - b);
  const at = new Map(order.map((id, i) => [id, i]));
  return {
    items: order.map((id) => names.get(id) ?? `item ${id}`),
    rankings: rankings.map((ranking) => ranking.map((id) => at.get(id) ?? 0)),
  };
}

/** Groups of the items from a table with the columns `item` and `group`; items nobody ranked are added. */
export async function readGroups(file: InputFile, ballots: Ballots): Promise<{ items: string[]; groups: string[] }> {
  const table = await readTable(file, { maxRows: itemLimit });
  const [itemAt, groupAt] = [columnIndex(table, "item"), columnIndex(table, "group")];
  const groupOf = new Map<string, string>();
  for (const [r, row] of table.rows.entries()) {
    const [item = "", group = ""] = [row[itemAt], row[groupAt]];
    const where = `${file.name}, line ${table.lines[r]}`;
    if (item === "" || group === "") throw new BadInput("the item or its group is empty", { where });
    if (groupOf.has(item)) throw new BadInput(`the item "${item}" stands twice`, { where });
    groupOf.set(item, group);
  }
  const items = [...ballots.items, ...[...groupOf.keys()].filter((item) => !ballots.items.includes(item))];
  const groups = items.map((item) => {
    const group = groupOf.get(item);
    if (group === undefined) throw new BadInput(`the item "${item}" is ranked and has no group`, { where: file.name });
    return group;
  });
  return { items, groups };
}
