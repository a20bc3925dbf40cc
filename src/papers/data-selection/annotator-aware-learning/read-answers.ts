import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumber, cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";

/** Names of the columns of a table of answers. */
export interface AnswerColumns {
  item: string;
  annotator: string;
  label: string;
  /** "" without one. */
  confidence: string;
  /** What "don't know" is called; an empty label is one too. */
  unknown: string;
}

/** Names numbered in the order in which they appear. */
export class Names {
  readonly list: string[] = [];
  readonly #at = new Map<string, number>();

  number(name: string): number {
    const known = this.#at.get(name);
    if (known !== undefined) return known;
    this.#at.set(name, this.list.length);
    return this.list.push(name) - 1;
  }

  find(name: string): number | undefined {
    return this.#at.get(name);
  }
}

/** One answer as read; `label` is undefined for "don't know". */
export interface ReadAnswer {
  item: number;
  annotator: number;
  label: string | undefined;
  weight: number;
}

/** Name in a cell that must not be empty. */
export function cellName(table: RawTable, row: number, column: number): string {
  const name = table.rows[row]?.[column] ?? "";
  if (name === "") throw new BadInput("the cell is empty", { where: cellPlace(table, row, column) });
  return name;
}

/** Reads answers; items and annotators are numbered into `items` and `annotators`, and a pair given twice is refused. */
export async function readAnswers(
  file: InputFile,
  columns: AnswerColumns,
  items: Names,
  annotators: Names,
): Promise<ReadAnswer[]> {
  const table = await readTable(file);
  const [item, annotator, label] = [columns.item, columns.annotator, columns.label].map((c) => columnIndex(table, c));
  const confidence = columns.confidence === "" ? undefined : columnIndex(table, columns.confidence);
  const seen = new Map<string, number>();
  return table.rows.map((cells, row) => {
    const i = items.number(cellName(table, row, item as number));
    const k = annotators.number(cellName(table, row, annotator as number));
    const before = seen.get(`${i} ${k}`);
    if (before !== undefined)
      throw new BadInput(`the annotator has answered about this item on line ${table.lines[before]} already`, {
        where: cellPlace(table, row, annotator as number),
      });
    seen.set(`${i} ${k}`, row);
    const said = cells[label as number] ?? "";
    const known = said !== "" && said !== columns.unknown;
    const weight = confidence === undefined ? 1 : (cellNumber(table, row, confidence) ?? 1);
    if (!(weight >= 0 && weight <= 1))
      throw new BadInput(`a confidence of ${weight} is not from 0 to 1`, {
        where: cellPlace(table, row, confidence as number),
      });
    return { item: i, annotator: k, label: known ? said : undefined, weight: known ? weight : 0 };
  });
}

const inOrder = new Intl.Collator("en", { numeric: true });
/** More classes than this are taken for a column that holds no classes. */
const classLimit = 1000;

/** Classes of a list of labels in a natural order; fewer than two are refused, and so many that they cannot be classes. */
export function classesOf(labels: Iterable<string>, file: string, column: string): Names {
  const names = new Names();
  for (const label of [...new Set(labels)].sort(inOrder.compare)) names.number(label);
  const { length } = names.list;
  if (length < 2)
    throw new BadInput(
      length === 0
        ? `the column "${column}" has no label`
        : `every label is "${names.list[0]}", and two or more classes are wanted`,
      { where: file },
    );
  if (length > classLimit)
    throw new BadInput(
      `the column "${column}" has ${length.toLocaleString("en")} different labels, and at most ${classLimit} are classes`,
      {
        where: file,
        remedy: "Name the column of the labels with --label.",
      },
    );
  return names;
}
