import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunService, SubmitOptions } from "../runs/service.ts";
import { ownRun } from "../store/owners.ts";
import { getRun, insertRun } from "../store/runs.ts";
import { openStore, type Store } from "../store/store.ts";
import { freshDataDir, someRun } from "../store/testing.ts";
import type { Reader } from "./reader.ts";
import { ReaderRuns } from "./reader-runs.ts";
import { settingsOf } from "./settings.ts";

let folder: string;
let store: Store;
let given: SubmitOptions | undefined;
let runs: ReaderRuns;
const hidden = new Set<string>();

beforeAll(async () => {
  folder = await freshDataDir();
  store = await openStore({ dataDir: folder });
  // Stores what it is given and runs nothing.
  const service = {
    get: (id: string) => getRun(store.db, id),
    cancel: async () => true,
    submit: (_job: unknown, _files: unknown, options: SubmitOptions) => {
      given = options;
      return store.db.transaction(async (tx) => {
        const id = await insertRun(tx, someRun());
        await options.alongside?.(tx, id);
        return id;
      });
    },
  } as unknown as RunService; // as far as it is used here
  const settings = settingsOf({
    LIVEPAPERS_VISITOR_RUNS: "2",
    LIVEPAPERS_VISITOR_RUNS_PER_DAY: "3",
    LIVEPAPERS_VISITOR_MINUTES: "5",
    LIVEPAPERS_VISITOR_MEMORY_MB: "300",
    LIVEPAPERS_ACCOUNT_RUNS: "3",
  });
  runs = new ReaderRuns({ db: store.db, service, papers: { hides: async (slug) => hidden.has(slug) }, settings });
}, 120_000);
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const job = { kind: "claim", slug: "paper" } as const;
const visitor = (browser: string, address: string): Reader =>
  ({ owner: `visitor:${browser}`, names: [`visitor:${browser}`], address, admin: false }) as unknown as Reader; // what runs depend on
const account = (id: string, browser: string, address: string, admin = false): Reader =>
  ({
    person: { id, mail: `${id}@example.org`, created: new Date() },
    owner: `account:${id}`,
    names: [`account:${id}`, `visitor:${browser}`],
    ...{ address, admin },
  }) as unknown as Reader;
const end = (id: string) => store.db.execute(`update livepapers.runs set state = 'done' where id = '${id}'`);

describe("runs of readers", () => {
  it("of visitors are limited in number, by address whatever the browser, and in time and memory", async () => {
    const first = await runs.submit(visitor("a", "home"), job);
    expect(given?.limits).toEqual({ timeMs: 300_000, memoryMb: 300 });
    await runs.submit(visitor("b", "home"), job);
    await expect(runs.submit(visitor("c", "home"), job)).rejects.toThrow("2 runs are under way from here");
    await runs.submit(visitor("c", "elsewhere"), job);
    await end(first);
    const third = await runs.submit(visitor("c", "home"), job);
    await end(third);
    await expect(runs.submit(visitor("d", "home"), job)).rejects.toMatchObject({ name: "TooManyRuns" });
    await expect(runs.submit(visitor("d", "home"), job)).rejects.toThrow("3 runs were started from here within a day");
  });

  it("of an account are limited by account, and of the administrator not", async () => {
    const one = account("one", "x", "office");
    for (let n = 0; n < 3; n++) await runs.submit(one, job);
    expect(given?.limits).toEqual({ timeMs: 1_800_000, memoryMb: 1024 });
    await expect(runs.submit(one, job)).rejects.toThrow("3 runs are under way from here");
    await runs.submit(account("two", "x", "office"), job);
    for (let n = 0; n < 5; n++) await runs.submit(account("keeper", "y", "office", true), job);
  });

  it("hold the limit when they come at once", async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => runs.submit(visitor(`at-once-${n}`, "crowd"), job)),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  });

  it("of tools are read by their owner, in the same browser or account, and not by the administrator", async () => {
    const own = async (owner: string): Promise<string> => {
      const id = await insertRun(store.db, someRun({ kind: "tool", tool: "t", state: "done" }));
      await ownRun(store.db, id, { owner });
      return id;
    };
    const [ofVisitor, ofAccount] = [await own("visitor:v"), await own("account:acc")];
    const mayRead = async (reader: Reader) =>
      Promise.all([ofVisitor, ofAccount].map(async (id) => (await runs.get(reader, id)) !== undefined));
    expect(await mayRead(visitor("v", "p"))).toEqual([true, false]);
    expect(await mayRead(account("acc", "v", "p"))).toEqual([true, true]);
    expect(await mayRead(account("acc", "w", "p"))).toEqual([false, true]);
    expect(await mayRead(account("keeper", "w", "p", true))).toEqual([false, false]);
    expect(await mayRead(visitor("acc", "p"))).toEqual([false, false]);
    const nobodys = await insertRun(store.db, someRun({ kind: "tool", tool: "t", state: "done" }));
    expect(await runs.get(visitor("v", "p"), nobodys)).toBeUndefined();
    // The administrator stops what cannot be read.
    expect(await runs.cancel(account("keeper", "w", "p", true), ofVisitor)).toBe(true);
    expect(await runs.cancel(visitor("w", "p"), ofVisitor)).toBe(false);
  });

  it("are removed by their owner when no verdict rests on them, and by the administrator in any case", async () => {
    const own = async (origin: "browser" | "server"): Promise<string> => {
      const id = await insertRun(store.db, someRun({ origin, state: "done" }));
      await ownRun(store.db, id, { owner: "visitor:v" });
      return id;
    };
    const [record, measured, other] = [await own("browser"), await own("server"), await own("browser")];
    expect(await runs.remove(visitor("w", "p"), record)).toBe(false);
    expect(await runs.remove(visitor("v", "p"), record)).toBe(true);
    expect(await runs.remove(visitor("v", "p"), record)).toBe(false);
    expect(await runs.remove(visitor("v", "p"), measured)).toBe(false);
    const keeper = account("keeper", "y", "office", true);
    for (const id of [measured, other]) expect(await runs.remove(keeper, id)).toBe(true);
    expect(await Promise.all([record, measured, other].map((id) => getRun(store.db, id)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("of a hidden card are not there", async () => {
    const id = await insertRun(store.db, someRun({ slug: "gone", state: "done" }));
    expect(await runs.get(visitor("v", "p"), id)).toMatchObject({ mine: false, open: true });
    hidden.add("gone");
    expect(await runs.get(visitor("v", "p"), id)).toBeUndefined();
  });
});
