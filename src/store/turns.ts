import { sql } from "drizzle-orm";
import type { Db } from "./store.ts";

/** Inside a transaction: keeps others that take a turn of the same name waiting until it is over, so that a limit holds for requests that come at once. */
export async function takeTurn(tx: Db, name: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}
