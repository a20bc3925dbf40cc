import { useState } from "react";
import type { Cell, Column, Table } from "../../../kit/paper.ts";
import { formatNumber } from "../lib/format.ts";

const firstRows = 40;

function shown(cell: Cell | undefined, column: Column): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number") return formatNumber(cell, column.digits);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return cell;
}

/** A table of a run. Long ones show their beginning first; wide ones scroll in place. */
export function DataTable({ table }: { table: Table }) {
  const [whole, setWhole] = useState(false);
  const rows = whole ? table.rows : table.rows.slice(0, firstRows);
  const numeric = new Set(
    table.columns.filter((column) => table.rows.some((row) => typeof row[column.key] === "number")).map((c) => c.key),
  );
  const hidden = table.rows.length - rows.length;
  return (
    <figure className="result">
      <figcaption className="table-title">{table.title}</figcaption>
      {/* biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name */}
      <div className="scroll" tabIndex={0} role="region" aria-label={table.title}>
        <table>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column.key} scope="col" className={numeric.has(column.key) ? "number" : undefined}>
                  {column.label}
                  {column.unit && <span className="unit"> {column.unit}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a result have no identity but their place
              <tr key={i}>
                {table.columns.map((column) => (
                  <td key={column.key} className={numeric.has(column.key) ? "number" : undefined}>
                    {shown(row[column.key], column)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <button type="button" className="button small" onClick={() => setWhole(true)}>
          Show {hidden.toLocaleString("en-GB")} more rows
        </button>
      )}
    </figure>
  );
}
