import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkStore } from "../../test/postgres/store-checks.ts";
import { schemaVersion } from "./migrations.ts";
import { getRun, insertRun } from "./runs.ts";
import { openStore, type Store } from "./store.ts";
import { freshDataDir, someRun } from "./testing.ts";

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = await freshDataDir();
  store = await openStore({ dataDir: folder });
}, 120_000);
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe("the embedded store", () => {
  checkStore(() => store);

  it("refuses a second process, an unwritable folder, and a file in its place", async () => {
    await expect(openStore({ dataDir: folder })).rejects.toThrow(
      `another livepapers is using this data folder (pid ${process.pid})`,
    );
    await writeFile(join(folder, "file"), "");
    for (const path of ["file", "file/data"]) {
      await expect(openStore({ dataDir: join(folder, path) })).rejects.toMatchObject({ name: "BadInput" });
    }
    await rm(join(folder, "file"));
  });

  it("keeps runs when it is opened again, and refuses data of a newer version", async () => {
    const id = await insertRun(store.db, someRun());
    await store.close();
    expect(await readdir(folder)).toEqual(["db"]);
    store = await openStore({ dataDir: folder });
    expect(await getRun(store.db, id)).toMatchObject({ id });

    const set = (version: number) =>
      store.db.execute(sql`update livepapers.meta set value = ${String(version)} where key = 'schema'`);
    await set(schemaVersion + 6);
    await store.close();
    await expect(openStore({ dataDir: folder })).rejects.toThrow(
      `written by a newer version of livepapers (schema ${schemaVersion + 6}; this program knows ${schemaVersion})`,
    );
    // The refusal has given the folder back.
    const { PGlite } = await import("@electric-sql/pglite");
    const pglite = await PGlite.create(join(folder, "db"));
    await pglite.query("update livepapers.meta set value = $1 where key = 'schema'", [String(schemaVersion)]);
    await pglite.close();
    store = await openStore({ dataDir: folder });
    expect(await getRun(store.db, id)).toMatchObject({ id });
  });
});
