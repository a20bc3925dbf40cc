import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { embeddedStore } from "../store/embedded-testing.ts";
import { rowsOf } from "../store/rows.ts";
import { RunFiles } from "../store/run-files.ts";
import { recordRead } from "../store/signals.ts";
import { keepHouse } from "./housekeeping.ts";

const store = embeddedStore();

it("tells of a cleaning that fails as of a fault", async () => {
  const told: unknown[] = [];
  const files = Object.assign(new RunFiles(store()), { sweep: () => Promise.reject(new Error("the bucket is away")) });
  keepHouse({ db: store().db, files, dataDir: "/nowhere", log: (...line) => told.push(line) })();
  await expect.poll(() => told).toEqual([["housekeeping: the bucket is away", "error"]]);
});

it("begins with the first cleaning: what readers not signed in read is forgotten when it counts no longer", async () => {
  const { db } = store();
  const [long, now] = [new Date(Date.now() - 90 * 86_400_000), new Date()];
  await recordRead(db, "a", { id: "address:old" }, long);
  await recordRead(db, "a", { id: "address:new" }, now);
  await recordRead(db, "a", { id: "account:old" }, long);
  const stop = keepHouse({ db, files: new RunFiles(store()), dataDir: "/nowhere", log() {} });
  try {
    await expect
      .poll(async () => rowsOf(await db.execute(sql`select reader from livepapers.reads order by reader`)))
      .toEqual([{ reader: "account:old" }, { reader: "address:new" }]);
  } finally {
    stop();
  }
});
