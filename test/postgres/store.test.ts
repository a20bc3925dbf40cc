import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getRun, insertRun } from "../../src/store/runs.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { someRun } from "../../src/store/testing.ts";
import { checkAccounts } from "./accounts-checks.ts";
import { freshDatabase } from "./database.ts";
import { checkForYou } from "./for-you-checks.ts";
import { checkPapers } from "./papers-checks.ts";
import { checkPersonalData } from "./personal-checks.ts";
import { checkSignals } from "./signals-checks.ts";
import { checkStore } from "./store-checks.ts";
import { checkSubscriptions } from "./subscription-checks.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;

beforeAll(async () => {
  database = await freshDatabase();
  // Several processes may come up at once on a new database.
  const stores = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl: database.url })));
  for (const other of stores.slice(1)) await other.close();
  store = stores[0] as Store; // three were opened
}, 60_000);
afterAll(async () => {
  await store.close();
  await database.drop();
});

describe("the store on a PostgreSQL server", () => {
  checkStore(() => store);
  checkSignals(() => store);
  checkForYou(() => store);
  checkAccounts(() => store);
  checkPersonalData(() => store);
  checkPapers(() => store);
  checkSubscriptions(() => store);

  it("is shared between processes", async () => {
    const other = await openStore({ databaseUrl: database.url });
    const id = await insertRun(store.db, someRun());
    expect(await getRun(other.db, id)).toMatchObject({ id });
    await other.close();
  });

  it("says what is wrong with an address, without its password", async () => {
    const opened = openStore({ databaseUrl: "postgres://someone:secret@127.0.0.1:1/none" });
    await expect(opened).rejects.toMatchObject({ name: "BadInput" });
    await expect(opened).rejects.toThrow(
      /^postgres:\/\/127\.0\.0\.1:1\/none: the database cannot be reached: .*ECONNREFUSED/,
    );
    await store.db.execute(sql`update livepapers.meta set value = '99' where key = 'schema'`);
    await expect(openStore({ databaseUrl: database.url })).rejects.toThrow(/written by a newer version of livepapers/);
  });
});
