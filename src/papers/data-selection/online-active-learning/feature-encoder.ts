import { BadInput } from "../../../kit/errors.ts";
import { cellNumber, cellPlace, checkMagnitude, type RawTable } from "../../../kit/tables.ts";

/** Most different texts of a column that is turned into one feature a text. */
const mostTexts = 30;
/** Rows after which the scales of the features stand still. */
const scaledRows = 1000;

type FeatureColumn = { name: string; texts?: string[] };

/** All an encoder knows, as JSON. */
export interface EncoderState {
  columns: FeatureColumn[];
  rows: number;
  means: number[];
  squares: number[];
}

function isNumeric(table: RawTable, column: number): boolean {
  return table.rows.every((row) => {
    const text = (row[column] ?? "").trim();
    return text === "" || Number.isFinite(Number(text)) || /^(na|n\/a|nan|null|none|-)$/i.test(text);
  });
}

/**
 * Turns rows of a table into records of numbers. A column of numbers is centred and scaled by the mean and deviation of the rows up
 * to this one (of the first 1,000 at most), so that no row sees the future; a column of at most 30 texts becomes one feature
 * of 0 or 1 a text. Rows must be encoded once each, in order.
 */
export class FeatureEncoder {
  readonly columns: readonly FeatureColumn[];
  readonly dimension: number;
  #rows = 0;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;

  constructor(columns: readonly FeatureColumn[]) {
    this.columns = columns;
    this.dimension = columns.reduce((sum, { texts }) => sum + (texts?.length ?? 1), 0);
    this.#means = new Float64Array(columns.length);
    this.#squares = new Float64Array(columns.length);
  }

  /** Decides, for every feature column of a table, whether it has numbers or texts; refuses columns of too many texts. */
  static for(table: RawTable, features: readonly number[]): FeatureEncoder {
    if (features.length === 0) {
      throw new BadInput("no column is left to learn from", { where: table.file, remedy: "Ignore fewer columns." });
    }
    return new FeatureEncoder(
      features.map((column): FeatureColumn => {
        const name = table.columns[column] ?? "";
        if (isNumeric(table, column)) return { name };
        const texts = [...new Set(table.rows.map((row) => (row[column] ?? "").trim()))].sort();
        if (texts.length <= mostTexts) return { name, texts };
        throw new BadInput(`there are ${texts.length} different texts, and ${mostTexts} are the most for a feature`, {
          where: `${table.file}, column ${name}`,
          remedy: `Leave it out with --ignore ${name.includes(" ") ? `"${name}"` : name}.`,
        });
      }),
    );
  }

  static from(state: EncoderState): FeatureEncoder {
    const encoder = new FeatureEncoder(state.columns);
    encoder.#rows = state.rows;
    encoder.#means.set(state.means);
    encoder.#squares.set(state.squares);
    return encoder;
  }

  /** Positions of the features in a table; refuses one that lacks a column. */
  positions(table: RawTable): number[] {
    return this.columns.map(({ name }) => {
      const at = table.columns.indexOf(name);
      if (at < 0) throw new BadInput(`there is no column "${name}"`, { where: table.file });
      return at;
    });
  }

  /** The record of a row; empty and unreadable numbers are refused by their place. A text never seen before counts as none. */
  encode(table: RawTable, row: number, positions: readonly number[]): Float64Array {
    const x = new Float64Array(this.dimension);
    const moving = this.#rows < scaledRows;
    if (moving) this.#rows += 1;
    let at = 0;
    for (const [c, { texts }] of this.columns.entries()) {
      const position = positions[c] as number;
      if (texts) {
        const found = texts.indexOf((table.rows[row]?.[position] ?? "").trim());
        if (found >= 0) x[at + found] = 1;
        at += texts.length;
        continue;
      }
      const value = cellNumber(table, row, position);
      if (value === undefined) {
        throw new BadInput("the cell is empty or NaN, and a number is wanted", {
          where: cellPlace(table, row, position),
          remedy: "Fill it in, or leave the column out with --ignore.",
        });
      }
      x[at++] = this.#scaled(
        c,
        checkMagnitude(value, () => cellPlace(table, row, position)),
        moving,
      );
    }
    return x;
  }

  #scaled(c: number, value: number, moving: boolean): number {
    if (moving) {
      const off = value - (this.#means[c] as number);
      this.#means[c] = (this.#means[c] as number) + off / this.#rows;
      this.#squares[c] = (this.#squares[c] as number) + off * (value - (this.#means[c] as number));
    }
    const deviation = Math.sqrt((this.#squares[c] as number) / Math.max(1, this.#rows - 1));
    const scaled = deviation > 0 ? (value - (this.#means[c] as number)) / deviation : 0;
    // A reading far out must not throw the model off, nor overflow it.
    return Number.isFinite(scaled) ? Math.max(-10, Math.min(10, scaled)) : 0;
  }

  toJSON(): EncoderState {
    return {
      columns: this.columns.map((column) => ({ ...column })),
      rows: this.#rows,
      means: Array.from(this.#means),
      squares: Array.from(this.#squares),
    };
  }
}
