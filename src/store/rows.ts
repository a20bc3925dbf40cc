/** The rows of a statement; both drivers answer so, which Drizzle's common type does not say. */
export function rowsOf<T = unknown>(result: unknown): T[] {
  return (result as { rows: T[] }).rows;
}
