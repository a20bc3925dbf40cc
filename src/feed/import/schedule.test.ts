import { rm } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPaperRow } from "../../store/papers.ts";
import { openStore, type Store } from "../../store/store.ts";
import { freshDataDir } from "../../store/testing.ts";
import { parseSchedule } from "./job.ts";
import { ImportSchedule } from "./schedule.ts";
import { atomPage, type FakeSource, fakeSource, testFetcher } from "./testing.ts";

describe("the setting", () => {
  it("is a list of sources and times", () => {
    expect(parseSchedule("arxiv:cs.LG,cs.CL@06:00; daily@7:30;")).toEqual([
      { text: "arxiv:cs.LG,cs.CL@06:00", job: { source: "arxiv", categories: ["cs.CL", "cs.LG"] }, cron: "0 6 * * *" },
      { text: "daily@7:30", job: { source: "daily" }, cron: "30 7 * * *" },
    ]);
    expect(parseSchedule(" ")).toEqual([]);
  });

  it.each(["arxiv", "arxiv@06:00", "arxiv:cs.LG", "daily@24:00", "daily:x@06:00", "mail@06:00", "arxiv:cs LG@06:00"])(
    "refuses %s",
    (setting) => {
      expect(() => parseSchedule(setting)).toThrow(/^LIVEPAPERS_IMPORT: /);
    },
  );
});

describe("scheduled imports", () => {
  let folder: string;
  let store: Store;
  let source: FakeSource;

  beforeAll(async () => {
    folder = await freshDataDir();
    store = await openStore({ dataDir: folder });
    source = await fakeSource((_url, response) => response.end(atomPage([{ id: "2401.50001v1" }])));
  }, 120_000);
  afterAll(async () => {
    await source.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  it("are planned as the setting says, run as jobs, and end when they are stopped", async () => {
    const lines: string[] = [];
    const options = {
      log: (line: string) => lines.push(line),
      fetcher: testFetcher([source]).fetcher,
      bases: { arxiv: source.url },
    };
    const first = await ImportSchedule.start(store, parseSchedule("arxiv:cs.LG@06:00; daily@07:30"), options);
    expect((await first.planned()).map(({ cron }) => cron).sort()).toEqual(["0 6 * * *", "30 7 * * *"]);
    await first.stop();
    const schedule = await ImportSchedule.start(store, parseSchedule("arxiv:cs.LG@06:15"), options);
    expect(await schedule.planned()).toMatchObject([{ cron: "15 6 * * *" }]);
    await schedule.runNow({ source: "arxiv", categories: ["cs.LG"] });
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines).toEqual([expect.stringMatching(/^import arxiv:cs\.LG: 1 paper added, /)]);
    expect(await findPaperRow(store.db, "2401.50001")).toMatchObject({ abstractSource: "arxiv" });
    await schedule.stop();
  });

  it("are made up for when the machine was off at their time, and say that there is something new", async () => {
    const lines: string[] = [];
    let changed = 0;
    const options = {
      log: (line: string) => lines.push(line),
      changed: () => {
        changed++;
      },
      fetcher: testFetcher([source]).fetcher,
      bases: { arxiv: source.url },
    };
    source.answer = (_url, response) => response.end(atomPage([{ id: "2401.50002v1" }]));
    const yesterday = new Date(Date.now() - 12 * 3_600_000);
    const time = `${yesterday.getUTCHours()}:${String(yesterday.getUTCMinutes()).padStart(2, "0")}`;
    const imports = parseSchedule(`arxiv:cs.CL@${time}`);
    await (await ImportSchedule.start(store, imports, options)).stop();
    // The schedule is three days old, and nobody looked at it for two.
    await store.db.execute(sql`update pgboss.schedule set created_on = created_on - interval '3 days'`);
    await store.db.execute(sql`update pgboss.version set cron_on = now() - interval '2 days'`);
    const schedule = await ImportSchedule.start(store, imports, options);
    while (changed === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines).toEqual([expect.stringMatching(/^import arxiv:cs\.CL: 1 paper added, /)]);
    await schedule.stop();
  });
});
