import { RequestProblem } from "../app/server/problem.server.ts";

/** A part of a list, and the cursor of what follows. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A cursor says what it goes on behind. To a client it is opaque. */
export function cursorOf(behind: string): string {
  return Buffer.from(behind).toString("base64url");
}

/** What a cursor goes on behind; undefined at the beginning. */
export function behindOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  const behind = Buffer.from(cursor, "base64url").toString();
  if (cursorOf(behind) !== cursor) throw badCursor();
  return behind;
}

export function badCursor(): RequestProblem {
  return new RequestProblem(400, "The cursor is none of this list; begin without one.");
}

/** The page of a list in memory that goes on behind the item with the cursor's name. Items that came or went before it do not matter. */
export function pageOf<T>(
  list: readonly T[],
  nameOf: (item: T) => string,
  { cursor, size }: { cursor: string | undefined; size: number },
): Page<T> {
  const behind = behindOf(cursor);
  const at = behind === undefined ? -1 : list.findIndex((item) => nameOf(item) === behind);
  if (behind !== undefined && at < 0) throw badCursor();
  const items = list.slice(at + 1, at + 1 + size);
  const last = items.at(-1);
  const more = at + 1 + size < list.length;
  return { items, next: more && last !== undefined ? cursorOf(nameOf(last)) : null };
}
