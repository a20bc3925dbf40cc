import type { RawTable } from "../../../kit/tables.ts";

/** A number that changes when a cell in these columns of the first `rows` rows changes (FNV-1a over the cells). */
export function fingerprint(table: RawTable, positions: readonly number[], rows: number): number {
  let hash = 0x811c9dc5;
  for (let r = 0; r < rows; r++) {
    for (const position of positions) {
      const text = `${table.rows[r]?.[position] ?? ""}\u0001`;
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    }
  }
  return hash;
}
