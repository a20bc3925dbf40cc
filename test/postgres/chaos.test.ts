import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killServers, startServer } from "../../src/runs/fixtures/process.ts";
import { RunService } from "../../src/runs/service.ts";
import { listEvents } from "../../src/store/events.ts";
import { listRuns } from "../../src/store/runs.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { freshDatabase } from "./database.ts";
import { collect, eventsOf } from "./service-checks.ts";

const catalogue = new URL("../../src/runs/fixtures/papers.ts", import.meta.url);
let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
/** Takes no runs itself: it looks on. */
let onlooker: RunService;

beforeAll(async () => {
  database = await freshDatabase();
  store = await openStore({ databaseUrl: database.url });
  onlooker = new RunService({ store, catalogue });
}, 60_000);
afterAll(async () => {
  killServers();
  await onlooker.stop();
  await store.close();
  await database.drop();
}, 30_000);

describe("several machines", () => {
  it("end every run once with a whole log when a server and a worker are killed and another worker stands still", async () => {
    const at = { databaseUrl: database.url };
    const draws = 12;
    const job = { kind: "claim" as const, slug: "draws", params: { stepMs: 150, draws } };
    const doomed = startServer(at, [], { concurrency: 2 });
    const frozen = startServer(at, [], { concurrency: 2 });
    const server = startServer(
      at,
      Array.from({ length: 10 }, () => job),
      { concurrency: 0 },
    );
    await server.said("submitted");
    await Promise.all([doomed.said("event"), frozen.said("event")]);
    const early = onlooker.subscribe(await server.said("submitted"));
    const watched = collect(early);
    await server.kill();
    await doomed.kill();
    frozen.freeze();
    startServer(at, [], { concurrency: 2 });

    await setTimeout(500); // what the killed server said last has reached the database by then
    const submitted = await listRuns(store.db, { limit: 100 });
    expect(submitted.length).toBeGreaterThan(0);
    const seen = await Promise.all(submitted.map(({ id }) => collect(onlooker.subscribe(id))));
    for (const messages of seen) {
      expect(messages.filter(({ type }) => type === "outcome")).toHaveLength(1);
      expect(messages.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done" } });
      const restart = messages.findLastIndex(({ type }) => type === "restart");
      const events = eventsOf(messages.slice(restart + 1));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
      expect(events.filter(({ event }) => event.type === "table")).toHaveLength(draws);
      expect(events.at(-1)?.event.type).toBe("note");
    }
    expect((await watched).at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done" } });

    const before = await listRuns(store.db, { limit: 100 });
    expect(before.some(({ interruptions }) => interruptions === 1)).toBe(true);
    const logs = await Promise.all(before.map(({ id }) => listEvents(store.db, id)));
    // The one that stood still believes that it still has its runs; nothing of what it says is taken.
    frozen.thaw();
    expect(await frozen.stop()).toBe(0);
    expect(await listRuns(store.db, { limit: 100 })).toEqual(before);
    expect(await Promise.all(before.map(({ id }) => listEvents(store.db, id)))).toEqual(logs);
  }, 180_000);
});
