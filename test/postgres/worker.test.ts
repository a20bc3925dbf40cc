import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunService } from "../../src/runs/service.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { freshDatabase } from "./database.ts";
import { collect } from "./service-checks.ts";

const launcher = fileURLToPath(new URL("../../bin/livepapers.js", import.meta.url));
let database: Awaited<ReturnType<typeof freshDatabase>>;

function livepapers(...words: string[]) {
  const child = spawn(process.execPath, [launcher, ...words], {
    env: { ...process.env, DATABASE_URL: database.url, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  let look = (): void => {};
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
    look();
  });
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      look = () => {
        const found = pattern.exec(out)?.[1];
        if (found !== undefined) resolve(found);
      };
      look();
    });
  return { child, said, ended: once(child, "close").then(([code]) => ({ code: code as number | null, out })) };
}

beforeAll(async () => {
  database = await freshDatabase();
}, 60_000);
afterAll(() => database.drop(), 30_000);

describe("the commands for many machines", () => {
  let store: Store;
  let service: RunService;
  afterAll(async () => {
    await service?.stop();
    await store?.close();
  });

  it("migrate makes the tables, also when they are there", async () => {
    for (let i = 0; i < 2; i++) {
      const { code, out } = await livepapers("migrate").ended;
      expect(code).toBe(0);
      expect(out).toMatch(/^The tables are at version \d+, and the queue is ready\.\n$/);
    }
  }, 60_000);

  it("worker executes what another process submitted, lets it end when it is asked to stop, and leaves", async () => {
    store = await openStore({ databaseUrl: database.url });
    service = new RunService({ store });
    const { child, ended, said } = livepapers("worker", "--concurrency", "1", "--grace", "60", "--port", "0");
    const port = await said(/metrics are at port (\d+)/);
    const get = async (path: string, headers = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      return `${response.status} ${await response.text()}`;
    };
    expect(await get("/health/live")).toBe("200 ok\n");
    expect(await get("/health/ready")).toBe("200 ready\n");
    expect(await get("/")).toBe("404 Not found\n");
    expect(await get("/metrics", { "X-Forwarded-For": "192.0.2.1" })).toMatch(/^403 /);
    // Long enough to be under way when the metrics are asked for: what it says comes with up to a second's delay.
    const request = { kind: "claim" as const, slug: "system-ranking", params: { draws: 600 } };
    const id = await service.submit(request);
    for await (const message of service.subscribe(id)) if (message.type === "event") break;
    expect(await get("/metrics")).toMatch(/^livepapers_queue_runs_running 1$/m);
    child.kill("SIGTERM");
    const messages = await collect(service.subscribe(id));
    expect(messages.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done" } });
    expect(await service.get(id)).toMatchObject({ attempts: 1, interruptions: 0 });
    expect(await ended).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^livepapers takes one run at a time from the queue\n/),
    });
  }, 120_000);
});
