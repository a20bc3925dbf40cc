import { sql } from "drizzle-orm";
import { BadInput } from "../kit/errors.ts";
import { accountsStep } from "./steps/accounts.ts";
import { bouncedStep } from "./steps/bounced.ts";
import { fieldsStep } from "./steps/fields.ts";
import { handedStep } from "./steps/handed.ts";
import { homesStep } from "./steps/homes.ts";
import { papersStep } from "./steps/papers.ts";
import { requestsStep } from "./steps/requests.ts";
import { runsStep } from "./steps/runs.ts";
import { searchStep } from "./steps/search.ts";
import { signalsStep } from "./steps/signals.ts";
import { subscriptionsStep } from "./steps/subscriptions.ts";
import { tastesStep } from "./steps/tastes.ts";
import type { Db } from "./store.ts";

/**
 * The steps that make the tables, in order, each in a file of its own; a step that was released never changes. The schema's version is the number of steps taken.
 */
export const steps: readonly (readonly string[])[] = [
  runsStep,
  signalsStep,
  papersStep,
  accountsStep,
  subscriptionsStep,
  searchStep,
  tastesStep,
  requestsStep,
  homesStep,
  handedStep,
  bouncedStep,
  fieldsStep,
];

/** The version of the tables that this program knows. */
export const schemaVersion = steps.length;

/** Any number that other users of the same server are unlikely to lock. */
const lockNumber = 7_305_291_884;

/** Brings the tables up to date, all steps or none. `where` names the database for the error about one made by a newer version. */
export async function migrate(db: Db, where: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${lockNumber}::bigint)`);
    await tx.execute(sql`create schema if not exists livepapers`);
    await tx.execute(sql`create table if not exists livepapers.meta (key text primary key, value text not null)`);
    const found = await tx.execute(sql`select value from livepapers.meta where key = 'schema'`);
    const rows = (found as { rows: { value: string }[] }).rows; // both drivers answer so
    const version = Number(rows[0]?.value ?? 0);
    if (version > schemaVersion) {
      throw new BadInput(
        `the data was written by a newer version of livepapers (schema ${version}; this program knows ${schemaVersion})`,
        { where, remedy: "Use that version, or another data folder." },
      );
    }
    if (version === schemaVersion) return;
    for (const statement of steps.slice(version).flat()) await tx.execute(sql.raw(statement));
    await tx.execute(
      sql`insert into livepapers.meta (key, value) values ('schema', ${String(schemaVersion)})
          on conflict (key) do update set value = excluded.value`,
    );
  });
}
