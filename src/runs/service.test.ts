import { rm } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkService, collect, eventsOf } from "../../test/postgres/service-checks.ts";
import { mostInterruptions } from "../store/runs.ts";
import { runs } from "../store/schema.ts";
import { openStore, type Store } from "../store/store.ts";
import { freshDataDir } from "../store/testing.ts";
import { killServers, startServer } from "./fixtures/process.ts";
import { RunService } from "./service.ts";

const catalogue = new URL("./fixtures/papers.ts", import.meta.url);
let folder: string;
let store: Store;
let service: RunService;

async function open(): Promise<void> {
  store = await openStore({ dataDir: folder });
  service = new RunService({ store, catalogue, limits: { workers: 2 }, maxFileBytes: 1000 });
  await service.start({ concurrency: 2 });
}

async function close(): Promise<void> {
  await service.stop();
  await store.close();
}

beforeAll(async () => {
  folder = await freshDataDir();
  await open();
}, 120_000);
afterAll(async () => {
  killServers();
  await close();
  await rm(folder, { recursive: true });
}, 30_000);

describe("the run service on the embedded store", () => {
  checkService(() => ({ service, store }));

  it("puts a run in progress back when it stops, and a viewer of before sees it start again", async () => {
    const id = await service.submit({ kind: "claim", slug: "draws", params: { stepMs: 150 } });
    let cursor = "";
    for await (const message of service.subscribe(id)) {
      cursor = message.cursor;
      if (message.type === "event" && message.event.seq === 2) break;
    }
    await close();
    await open();
    const messages = await collect(service.subscribe(id, { after: cursor }));
    // What is left of the old log may come first; from the restart on, the new one is whole.
    const restart = messages.findIndex((message) => message.type === "restart");
    expect(messages[restart]).toEqual({ type: "restart", cursor: "2-0" });
    const events = eventsOf(messages.slice(restart));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.length).toBeGreaterThan(6);
    expect(messages.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done" } });
    expect(await service.get(id)).toMatchObject({ attempts: 2, interruptions: 0 });
  });

  it("starts a run again after its process was killed, and gives up when that was too often", async () => {
    await close();
    const slow = { kind: "claim" as const, slug: "draws", params: { stepMs: 100, draws: 100 } };
    const short = { kind: "claim" as const, slug: "draws", params: { stepMs: 100, draws: 8 } };
    const first = startServer({ dataDir: folder }, [slow]);
    const doomed = await first.said("submitted");
    await first.said("event", doomed);
    await expect(openStore({ dataDir: folder })).rejects.toThrow("another livepapers is using this data folder");
    await first.kill();
    // As if all but two of the interruptions that are put up with had been before: the first of them is marked by the second server.
    store = await openStore({ dataDir: folder });
    const before = mostInterruptions - 2;
    await store.db
      .update(runs)
      .set({ interruptions: before, attempts: before + 1 })
      .where(eq(runs.id, doomed));
    await store.close();

    const second = startServer({ dataDir: folder }, [short, slow, slow]);
    const once = await second.said("submitted");
    await Promise.all([second.said("event", doomed), second.said("event", once)]);
    await second.kill();

    await open();
    expect(await service.get(doomed)).toMatchObject({
      state: "failed",
      interruptions: mostInterruptions,
      attempts: mostInterruptions,
      outcome: { message: "The server stopped 5 times while this run was in progress; it is not started again." },
    });
    await collect(service.subscribe(once));
    const messages = await collect(service.subscribe(once));
    const events = eventsOf(messages);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter(({ event }) => event.type === "table")).toHaveLength(8);
    expect(messages.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done" } });
    expect(await service.get(once)).toMatchObject({ attempts: 2, interruptions: 1 });
  }, 180_000);
});
