import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killServers, startServer } from "../../src/runs/fixtures/process.ts";
import { RunService } from "../../src/runs/service.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { freshDatabase } from "./database.ts";
import { checkService, collect, eventsOf } from "./service-checks.ts";

const catalogue = new URL("../../src/runs/fixtures/papers.ts", import.meta.url);
let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
let service: RunService;

async function open(start: boolean): Promise<{ store: Store; service: RunService }> {
  const opened = await openStore({ databaseUrl: database.url });
  const made = new RunService({ store: opened, catalogue, limits: { workers: 2 }, maxFileBytes: 1000 });
  if (start) await made.start({ concurrency: 2 });
  return { store: opened, service: made };
}

beforeAll(async () => {
  database = await freshDatabase();
  ({ store, service } = await open(true));
}, 60_000);
afterAll(async () => {
  killServers();
  await service.stop();
  await store.close();
  await database.drop();
}, 30_000);

describe("the run service on a PostgreSQL server", () => {
  checkService(() => ({ service, store }));

  it("lets a process follow and cancel the runs of another", async () => {
    const viewer = await open(false); // takes no runs itself
    const id = await viewer.service.submit({ kind: "claim", slug: "draws", params: { stepMs: 50 } });
    const messages = await collect(viewer.service.subscribe(id));
    expect(messages).toEqual(await collect(service.subscribe(id)));
    expect(messages.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done" } });

    const spinning = await viewer.service.submit({ kind: "claim", slug: "spinning" });
    const seen = [];
    for await (const message of viewer.service.subscribe(spinning)) {
      seen.push(message.type);
      if (message.type === "event") expect(await viewer.service.cancel(spinning)).toBe(true);
    }
    expect(seen).toEqual(["event", "outcome"]);
    expect(await viewer.service.get(spinning)).toMatchObject({ state: "cancelled" });
    await viewer.service.stop();
    await viewer.store.close();
  });

  it("takes over from a process that was killed, after its heartbeat is missed", async () => {
    await service.stop(); // so that the run is drawn by the process to be killed
    const server = startServer({ databaseUrl: database.url }, [
      { kind: "claim", slug: "draws", params: { stepMs: 200, draws: 20 } },
    ]);
    const id = await server.said("submitted");
    await server.said("event", id);
    await server.kill();
    await store.close();
    ({ store, service } = await open(true));
    await collect(service.subscribe(id));
    const events = eventsOf(await collect(service.subscribe(id)));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter(({ event }) => event.type === "table")).toHaveLength(20);
    expect(await service.get(id)).toMatchObject({ state: "done", attempts: 2, interruptions: 1 });
  }, 180_000);
});
