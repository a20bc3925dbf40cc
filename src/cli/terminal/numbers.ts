import type { Cell, Column, Measured } from "../../kit/paper.ts";

/** Digits after the point that show `significant` digits of `value`. */
function decimalsFor(value: number, significant: number): number {
  if (value === 0) return 0;
  return Math.max(0, Math.min(8, significant - 1 - Math.floor(Math.log10(Math.abs(value)))));
}

/** A number without false precision: whole numbers whole, the rest with four significant digits. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return sign(value.toExponential(2).replace(/e\+?(-?)/, "e$1"));
  if (Number.isInteger(value)) return sign(String(value));
  return sign(size >= 1000 ? value.toFixed(size >= 10_000 ? 0 : 1) : trimZeros(value.toFixed(decimalsFor(value, 4))));
}

/** A typographic minus, so that columns of numbers line up with their intervals. */
function sign(text: string): string {
  return text.startsWith("-") ? `−${text.slice(1)}` : text;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The digits after the point one column is shown with, or undefined where its numbers are too far apart for one. */
export function columnDigits(column: Column, cells: readonly Cell[]): number | undefined {
  if (column.digits !== undefined) return column.digits;
  const sizes = cells
    .filter((cell): cell is number => typeof cell === "number" && Number.isFinite(cell) && cell !== 0)
    .map(Math.abs);
  if (sizes.length === 0 || sizes.every(Number.isInteger)) return 0;
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  if (largest / smallest > 1e5 || largest >= 1e9 || largest < 1e-4) return undefined;
  return Math.min(6, Math.max(decimalsFor(largest, 3), Math.min(decimalsFor(smallest, 2), decimalsFor(largest, 5))));
}

/** A table's cell as text: numbers with the column's digits, yes and no for booleans, nothing for a missing value. */
export function formatCell(cell: Cell | undefined, digits: number | undefined): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell === "string") return cell.replace(/\s+/g, " ");
  if (digits === undefined || !Number.isFinite(cell) || Math.abs(cell) >= 1e9) return formatNumber(cell);
  if (cell !== 0 && Math.abs(cell) < 0.5 * 10 ** -digits) return formatNumber(cell);
  return sign(cell.toFixed(digits));
}

/** A measured number with its interval: "0.118 [0.092, 0.145]". The interval's width decides the digits of all three. */
export function formatMeasured({ value, low, high, unit }: Measured): string {
  const suffix = unit ? ` ${unit}` : "";
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high)) {
    return formatNumber(value) + suffix;
  }
  const half = (high - low) / 2;
  const size = Math.max(Math.abs(value), Math.abs(low), Math.abs(high));
  if (half <= 0 || size >= 1e9 || half < 1e-7) {
    return `${formatNumber(value)} [${formatNumber(low)}, ${formatNumber(high)}]${suffix}`;
  }
  const digits = Math.min(6, decimalsFor(half, 2));
  const show = (x: number): string => sign(x.toFixed(digits));
  return `${show(value)} [${show(low)}, ${show(high)}]${suffix}`;
}
