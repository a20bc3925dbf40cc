import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RunService } from "../../src/runs/service.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { freshDatabase } from "./database.ts";
import { collect, eventsOf } from "./service-checks.ts";

const catalogue = new URL("../../src/runs/fixtures/papers.ts", import.meta.url);

/** The way to the database server, which can be cut and mended. */
class Way {
  readonly #to: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(to: URL) {
    this.#to = to;
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.#to.port || 5432), this.#to.hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    const address = server.address();
    if (address !== null && typeof address === "object") this.port = address.port;
  }

  cut(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

let database: Awaited<ReturnType<typeof freshDatabase>>;
let way: Way;
let store: Store;
let service: RunService;

beforeAll(async () => {
  database = await freshDatabase();
  const url = new URL(database.url);
  way = new Way(new URL(database.url));
  await way.mend();
  [url.hostname, url.port] = ["127.0.0.1", String(way.port)];
  store = await openStore({ databaseUrl: url.href });
  service = new RunService({ store, catalogue, limits: { workers: 1 } });
  await service.start({ concurrency: 2 });
}, 60_000);
afterAll(async () => {
  await service.stop();
  await store.close();
  way.cut();
  await database.drop();
}, 60_000);

it("runs in progress go on through an outage of the database, and miss and repeat nothing", async () => {
  const draws = 20;
  const submit = () => service.submit({ kind: "claim", slug: "draws", params: { stepMs: 100, draws } });
  const ids = await Promise.all([submit(), submit()]);
  for (const id of ids) for await (const message of service.subscribe(id)) if (message.type === "event") break;
  way.cut();
  await setTimeout(1500);
  await way.mend();
  for (const id of ids) {
    const messages = await collect(service.subscribe(id));
    expect(messages.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done" } });
    const events = eventsOf(messages);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter(({ event }) => event.type === "table")).toHaveLength(draws);
    expect(await service.get(id)).toMatchObject({ attempts: 1, interruptions: 0 });
  }
});
