import { afterEach, describe, expect, it } from "vitest";
import { Door } from "./door.ts";
import { closeServer, listen } from "./listen.ts";
import { Endpoints } from "./operations/endpoints.ts";
import { silentLog } from "./operations/log.ts";
import { Metrics } from "./operations/metrics.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A site whose requests come in and wait to be let out. */
async function site() {
  const queue = async () => ({ queued: 0, running: 0, oldestSeconds: 0, mail: 0 });
  const metrics = new Metrics({ queue, process: false });
  const door = new Door(new Endpoints({ metrics, logger: silentLog(), token: undefined, ready: async () => {} }));
  const url = `http://127.0.0.1:${await listen(door.server, 0, "127.0.0.1")}`;
  closing.push(() => closeServer(door.server));
  const waiting = new Map<string, () => void>();
  const open = (): void =>
    door.open((request, response) => {
      if (request.url === "/events") {
        response.setHeader("Content-Type", "text/event-stream");
        response.write(": here\n\n");
        return;
      }
      waiting.set(request.url ?? "", () => response.end("done"));
    });
  const get = async (path: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const response = await fetch(url + path, { headers });
    return [response.status, await response.text()];
  };
  return { door, open, get, url, waiting };
}

describe("a site that stops", () => {
  it("answers what it was asked, takes nothing new, and says so to probes", async () => {
    const { door, open, get, waiting } = await site();
    expect(await get("/")).toEqual([503, "livepapers is starting.\n"]);
    open();
    expect(await get("/health/ready")).toEqual([200, "ready\n"]);
    const slow = get("/slow");
    await expect.poll(() => waiting.has("/slow")).toBe(true);
    const shut = door.shut(600_000);
    expect(await get("/health/ready")).toEqual([503, "stopping\n"]);
    expect(await get("/new")).toEqual([503, "livepapers is stopping.\n"]);
    expect(waiting.has("/new")).toBe(false);
    waiting.get("/slow")?.();
    expect(await slow).toEqual([200, "done"]);
    await shut;
  });

  it("does not wait for streams of events, which are to connect again, nor for ever", async () => {
    const { door, open, get, url, waiting } = await site();
    open();
    const stream = await fetch(`${url}/events`);
    const ended = stream.text().then(
      () => "whole",
      () => "broken off",
    );
    await door.shut(600_000);
    expect(await ended).toBe("broken off");
    await expect(get("/events", { Accept: "text/event-stream" })).rejects.toThrow();
    open();
    const never = get("/never").catch(() => "cut");
    await expect.poll(() => waiting.has("/never")).toBe(true);
    await door.shut(1);
    await closeServer(door.server);
    expect(await never).toBe("cut");
  });

  it("has nothing to wait for when nothing was asked", async () => {
    const { door, open } = await site();
    open();
    await door.shut(600_000);
  });
});
