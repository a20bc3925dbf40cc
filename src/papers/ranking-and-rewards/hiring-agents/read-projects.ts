import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import { estimateInstance, type KnownInstance } from "./estimate.ts";
import { type Instance, Radix } from "./instance.ts";
import { knownOf, type Problem, positionOf, type Unit, utilityOf } from "./read-instance.ts";

/** Past projects, counted. */
export interface Projects {
  problem: Problem;
  known: KnownInstance;
  /** `counts[(b·|Θ| + θ)·|S| + s]`. */
  counts: Float64Array;
  total: number;
  /** Fewest projects of any combination of efforts and state. */
  fewest: number;
}

const rowLimit = 1_000_000;
const labelLimit = 50;

function agentColumn(table: RawTable, what: "effort" | "signal", name: string, i: number): number {
  const wanted = [`${what}_${name}`, `${what} ${name}`, `${what}${name}`, `${what}${i + 1}`, `${what}_${i + 1}`];
  const at = wanted.map((column) => table.columns.indexOf(column)).find((column) => column >= 0);
  if (at !== undefined) return at;
  throw new BadInput(`there is no column "${what}${i + 1}" or "${what}_${name}"`, {
    where: table.file,
    remedy: `The columns are ${table.columns.slice(0, 12).join(", ")}.`,
  });
}

/** A cell that must say something. */
function said(table: RawTable, row: number, column: number): string {
  const text = (table.rows[row]?.[column] ?? "").trim();
  if (text === "") throw new BadInput("the cell is empty", { where: cellPlace(table, row, column) });
  return text;
}

/** The labels of a column, sorted, where the terms do not name them. */
function labelsOf(table: RawTable, column: number): string[] {
  const labels = new Set<string>();
  for (const r of table.rows.keys()) {
    labels.add(said(table, r, column));
    if (labels.size > labelLimit) {
      throw new BadInput(`the column has more than ${labelLimit} different values`, {
        where: `${table.file}, column ${table.columns[column]}`,
        remedy: "Sort them into a few classes.",
      });
    }
  }
  return [...labels].sort();
}

/**
 * Reads past projects, one a row: `state`, and for each agent `effort1`, `signal1` or `effort_NAME`, `signal_NAME`. Efforts are
 * those the terms price; states and signals are the terms' or, where they name none, those that occur.
 */
export async function readProjects(
  file: InputFile,
  terms: Problem,
  unitOf: (problem: Problem) => Unit,
): Promise<Projects> {
  const table = await readTable(file, { maxRows: rowLimit });
  const stateAt = columnIndex(table, "state");
  const columns = terms.agents.map(({ name }, i) => ({
    effort: agentColumn(table, "effort", name, i),
    signal: agentColumn(table, "signal", name, i),
  }));
  const states = terms.states.length > 0 ? terms.states : labelsOf(table, stateAt);
  const agents = terms.agents.map((agent, i) => ({
    ...agent,
    signals: agent.signals ?? labelsOf(table, columns[i]?.signal ?? 0),
  }));
  const problem: Problem = { ...terms, ...utilityOf(terms.actionsGiven, states, terms.file), states, agents };
  const rows = table.rows.map((_, r) => {
    const cell = (column: number, known: readonly string[], what: string) =>
      positionOf(said(table, r, column), known, what, cellPlace(table, r, column));
    return {
      state: cell(stateAt, states, "state"),
      efforts: agents.map(({ efforts, name }, i) => cell(columns[i]?.effort ?? 0, efforts, `effort of ${name}`)),
      signals: agents.map(({ signals, name }, i) => cell(columns[i]?.signal ?? 0, signals, `signal of ${name}`)),
    };
  });
  const seen = states.map((_, t) => rows.filter(({ state }) => state === t).length / rows.length);
  const known = knownOf(problem, terms.prior ?? seen, unitOf(problem));
  const [b, s] = [new Radix(known.efforts), new Radix(known.signals)];
  const size = b.count * states.length * s.count;
  if (size > 1_000_000)
    throw new BadInput(`efforts × states × signals are ${size.toLocaleString("en")} combinations, over 1,000,000`, {
      where: file.name,
    });
  const counts = new Float64Array(size);
  for (const { state, efforts, signals } of rows) {
    const at = (b.index(efforts) * states.length + state) * s.count + s.index(signals);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const fewest = fewestProjects(counts, b, s.count, states.length);
  return { problem: { ...problem, prior: [...known.prior] }, known, counts, total: rows.length, fewest };
}

function fewestProjects(counts: Float64Array, b: Radix, signals: number, states: number): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (let cell = 0; cell < b.count * states; cell++) {
    const total = counts.subarray(cell * signals, (cell + 1) * signals).reduce((sum, count) => sum + count, 0);
    fewest = Math.min(fewest, total);
  }
  return fewest;
}

/** The estimated instance; combinations of efforts and state that never occurred are refused unless counts are smoothed. */
export function instanceOf({ problem, known, counts }: Projects, smoothing: number, file: string): Instance {
  const [b, s] = [new Radix(known.efforts), new Radix(known.signals)];
  const states = problem.states.length;
  for (let cell = 0; smoothing === 0 && cell < b.count * states; cell++) {
    if (counts.subarray(cell * s.count, (cell + 1) * s.count).some((count) => count > 0)) continue;
    const efforts = b.digits(Math.floor(cell / states)).map((e, i) => problem.agents[i]?.efforts[e] ?? "");
    throw new BadInput(`no project has efforts (${efforts.join(", ")}) in state "${problem.states[cell % states]}"`, {
      where: file,
      remedy: "Add such projects, or --smoothing 1 to take unseen signals as equally likely.",
    });
  }
  return estimateInstance(known, counts, smoothing);
}
