import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { streamRecords } from "../../../kit/record-streams.ts";
import { applyScaling, ColumnMoments, type Scaling } from "../scaling.ts";
import type { RowSource } from "./stream-coreset.ts";
import {
  classLabel,
  gap,
  type Layout,
  type LayoutOptions,
  layoutOf,
  lookedAt,
  type MissingRule,
  positiveLabel,
  readFeatures,
  targetNumber,
} from "./table-layout.ts";

export interface TableOptions extends LayoutOptions {
  positive: string;
  missing: MissingRule;
  classes: boolean;
  scale: boolean;
  chunk: number;
}

/** A record that can be used: its features in `out`, and its target as text. */
type TakeRecord = (out: Float64Array, target: string, cells: string[], line: number) => void;

/** Most classes a target may have before it is taken for something else. */
const mostClasses = 1000;

/**
 * A reader's file as rows that stream, again and again: opened by one reading that settles the columns, the scaling and the classes.
 * Every reading refuses bad cells by line and column.
 */
export class TableSource implements RowSource {
  readonly #file: InputFile;
  readonly #options: TableOptions;
  readonly layout: Layout;
  readonly scaling: Scaling;
  readonly positive: string | undefined;
  readonly total: number;
  readonly skipped: number;
  readonly #onRows: (rows: number) => void;
  #wanted: Map<number, number> | undefined;
  #cells: string[][] = [];

  private constructor(
    file: InputFile,
    options: TableOptions,
    found: Pick<TableSource, "layout" | "scaling" | "positive" | "total" | "skipped">,
    onRows: (rows: number) => void,
  ) {
    this.#file = file;
    this.#options = options;
    this.layout = found.layout;
    this.scaling = found.scaling;
    this.positive = found.positive;
    this.total = found.total;
    this.skipped = found.skipped;
    this.#onRows = onRows;
  }

  /** Reads the file through once. `onRows` is told now and then how many rows were read, in this and later readings. */
  static async open(file: InputFile, options: TableOptions, onRows: (rows: number) => void): Promise<TableSource> {
    if (!file.seekable) {
      throw new BadInput("a table larger than memory is read several times, and a stream can be read once", {
        where: file.name,
        remedy: "Save it to a file first.",
      });
    }
    let moments: ColumnMoments | undefined;
    const labels = new Set<string>();
    const where = `${file.name}, column ${options.target}`;
    const { layout, skipped } = await readRecords(file, options, undefined, (out, target) => {
      moments ??= new ColumnMoments(out.length);
      moments.add(out, 0);
      if (options.classes && labels.size <= mostClasses) labels.add(target);
      if (moments.count % 10_000 === 0) onRows(moments.count);
    });
    if (!moments) throw new BadInput("every row has a gap", { where: file.name });
    if (labels.size > mostClasses) {
      throw new BadInput(`the target has more than ${mostClasses} classes`, {
        where,
        remedy: "Choose --problem regression for numbers.",
      });
    }
    const positive = options.classes ? positiveLabel(labels, options.positive, where) : undefined;
    const found = { layout, scaling: moments.scaling(), positive, total: moments.count, skipped };
    return new TableSource(file, options, found, onRows);
  }

  get columns(): number {
    return this.layout.width;
  }

  /** The cells of these rows are kept when they are read next. */
  want(rows: Float64Array): void {
    this.#wanted = new Map(Array.from(rows, (row, position) => [row, position]));
    this.#cells = new Array<string[]>(rows.length);
  }

  /** Cells of the rows wanted, in their order. */
  get cells(): readonly string[][] {
    return this.#cells;
  }

  async each(take: Parameters<RowSource["each"]>[0]): Promise<void> {
    const { chunk, classes, needsTarget, scale } = this.#options;
    const width = this.columns;
    const data = new Float64Array(chunk * width);
    const targets = new Float64Array(chunk);
    let count = 0;
    let first = 0;
    const flush = (): void => {
      const part = data.subarray(0, count * width);
      if (scale) applyScaling(part, this.scaling);
      take({
        X: { data: part, rows: count, columns: width },
        y: needsTarget ? targets.subarray(0, count) : null,
        first,
      });
      first += count;
      count = 0;
      this.#onRows(first);
    };
    await readRecords(this.#file, this.#options, this.layout, (out, target, cells) => {
      data.set(out, count * width);
      targets[count] = classes ? (target === this.positive ? 1 : -1) : Number(target);
      const place = this.#wanted?.get(first + count);
      if (place !== undefined) this.#cells[place] = cells;
      if (++count === chunk) flush();
    });
    if (count > 0) flush();
    if (first !== this.total) throw new BadInput("the file changed while it was read", { where: this.#file.name });
  }
}

/** Streams the records that can be used; the layout, where it is not known yet, is settled by the first of them. */
async function readRecords(
  file: InputFile,
  options: TableOptions,
  known: Layout | undefined,
  take: TakeRecord,
): Promise<{ layout: Layout; skipped: number }> {
  let layout = known;
  let columns: string[] = [];
  let skipped = 0;
  const waiting: { cells: string[]; line: number }[] = [];
  let out = new Float64Array(known?.width ?? 0);
  const use = (own: Layout, cells: string[], line: number): void => {
    if (!readFeatures(own, cells, line, out, 0, options.missing)) {
      skipped++;
      return;
    }
    const target = options.needsTarget && own.target !== undefined ? targetOf(own, cells, line, options) : "";
    if (target === undefined) skipped++;
    else take(out, target, cells, line);
  };
  const settle = (): Layout => {
    const settled = layoutOf(
      file.name,
      columns,
      waiting.map(({ cells }) => cells),
      options,
    );
    layout = settled;
    out = new Float64Array(settled.width);
    for (const { cells, line } of waiting.splice(0)) use(settled, cells, line);
    return settled;
  };
  await streamRecords(file, {
    header(names) {
      columns = names;
    },
    row(cells, line) {
      if (layout) use(layout, cells, line);
      else {
        waiting.push({ cells, line });
        if (waiting.length === lookedAt) settle();
      }
    },
  });
  return { layout: layout ?? settle(), skipped };
}

function targetOf(layout: Layout, cells: string[], line: number, options: TableOptions): string | undefined {
  const where = (): string => `${layout.file}, line ${line}, column ${options.target}`;
  const cell = cells[layout.target ?? 0] ?? "";
  const value = options.classes ? classLabel(cell) : targetNumber(cell, where);
  if (value === undefined && options.missing === "refuse") throw gap(where());
  return value === undefined ? undefined : String(value);
}
