import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { ApiError, client } from "./client.ts";
import { messagesOf } from "./event-stream.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers as `handle` says. */
async function served(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const made = createServer(handle as never);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

const event = (n: number): string =>
  `id: 1-${n}\ndata: ${JSON.stringify({ type: "event", cursor: `1-${n}`, event: { seq: n, at: n, event: { type: "note", markdown: "é" } } })}\n\n`;
const end = `id: 1-5-end\ndata: ${JSON.stringify({ type: "outcome", cursor: "1-5", outcome: { status: "failed", message: "x" } })}\n\n`;

it("goes on behind the last whole event when the connection is lost, or the server is away for a while", async () => {
  const asked: (string | undefined)[] = [];
  const url = await served((request, response) => {
    asked.push(request.headers["last-event-id"] as string | undefined);
    if (asked.length === 2) return void response.writeHead(503).end();
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    if (asked.length > 2) return void response.end(event(3) + event(4) + event(5) + end);
    response.write(`retry: 1\n\n: still here\n\n${event(1)}${event(2)}${event(3).slice(0, 20)}`, () =>
      setTimeout(() => request.socket.destroy(), 50),
    );
  });
  const cursors: string[] = [];
  for await (const { cursor } of client(url, { retryMs: 1 }).events("run")) cursors.push(cursor);
  expect(cursors).toEqual(["1-1", "1-2", "1-3", "1-4", "1-5", "1-5"]);
  expect(asked).toEqual([undefined, "1-2", "1-2"]);
});

it("gives up when the server stays away, when it refuses, and when it is told to", async () => {
  let status = 503;
  let times = 0;
  const url = await served((_request, response) => {
    times += 1;
    const after = status === 404 ? { "Retry-After": "7" } : {};
    response.writeHead(status, { "Content-Type": "application/problem+json", ...after });
    response.end(JSON.stringify({ title: "No", detail: "Not here.", where: "draws", status }));
  });
  const all = async (signal?: AbortSignal) => {
    for await (const _ of client(url, { retryMs: 1, retries: 2 }).events("run", { signal }));
  };
  await expect(all()).rejects.toMatchObject({ status: 503 });
  expect(times).toBe(3);
  status = 404;
  const refusal = await all().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ApiError);
  expect(refusal).toMatchObject({ status: 404, message: "Not here.", where: "draws", retryAfter: 7 });
  expect(times).toBe(4);
  await expect(all(AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
});

it("gives up where something else answers, and where streams bring nothing", async () => {
  let times = 0;
  let type = "text/html";
  let body = "<h1>Sign in to this network</h1>";
  const url = await served((_request, response) => {
    times += 1;
    response.writeHead(200, { "Content-Type": type }).end(body);
  });
  const all = async () => {
    for await (const _ of client(url, { retryMs: 1, retries: 2 }).events("run")) expect.unreachable();
  };
  await expect(all()).rejects.toMatchObject({
    status: 200,
    message: expect.stringContaining("What came is text/html"),
  });
  expect(times).toBe(3);
  type = "Text/Event-Stream; charset=utf-8";
  for (body of ["", "retry: 1000\n\n", "data: <h1>\n\n"]) {
    times = 0;
    await expect(all()).rejects.toThrow();
    expect(times).toBe(3);
  }
});

it("stays with a run that says nothing yet, and waits as long as the server asks", async () => {
  let times = 0;
  const url = await served((_request, response) => {
    times += 1;
    if (times === 4) return void response.writeHead(429, { "Retry-After": "1" }).end();
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end(times < 4 ? "retry: 1000\n\n: still here\n\n" : end);
  });
  const began = performance.now();
  const types: string[] = [];
  for await (const { type } of client(url, { retryMs: 1, retries: 1 }).events("run")) types.push(type);
  expect([types, times]).toEqual([["outcome"], 5]);
  expect(performance.now() - began).toBeGreaterThan(990); // a timer may be a little early
});

it("turns pages, and keeps cookies", async () => {
  const seen: (string | undefined)[] = [];
  const url = await served((request, response) => {
    seen.push(request.headers.cookie);
    const second = request.url?.includes("cursor=b");
    response.setHeader("Set-Cookie", "visitor=abc; Path=/; HttpOnly");
    response.end(JSON.stringify({ items: second ? [3] : [1, 2], next: second ? null : "b" }));
  });
  const found: unknown[] = [];
  for await (const paper of client(url).papers({ scope: "all" })) found.push(paper);
  expect(found).toEqual([1, 2, 3]);
  expect(seen).toEqual([undefined, "visitor=abc"]);
});

it("is one visitor, however many posts it sends at once", async () => {
  const seen: (string | undefined)[] = [];
  const url = await served((request, response) => {
    seen.push(request.headers.cookie);
    if (seen.length === 1) return void request.socket.destroy();
    if (!request.headers.cookie) response.setHeader("Set-Cookie", `visitor=${seen.length}; Path=/; HttpOnly`);
    response.writeHead(202).end(JSON.stringify({ id: "run" }));
  });
  const site = client(url);
  const starts = Array.from({ length: 4 }, () => site.start({ slug: "system-ranking" }));
  const ends = await Promise.allSettled(starts);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
  expect(seen).toEqual([undefined, undefined, "visitor=2", "visitor=2"]);
});

it("stops waiting for another's answer when it is told to, and stops runs at once", async () => {
  const seen: string[] = [];
  const url = await served((request, response) => {
    seen.push(request.url ?? "");
    if (request.url?.endsWith("/cancel")) response.end(JSON.stringify({ cancelled: true })); // the other is never answered
  });
  const site = client(url);
  const [first, second] = [new AbortController(), new AbortController()];
  const starts = [first, second].map(({ signal }) => site.start({ slug: "system-ranking" }, { signal }));
  const ends = Promise.allSettled(starts);
  second.abort(new Error("enough"));
  await expect(starts[1]).rejects.toThrow("enough");
  await site.cancel("run");
  first.abort();
  await ends;
  expect(seen.map((path) => path.replace(/^.*v1/, ""))).toEqual(["/runs", "/runs/run/cancel"]);
});

it("reads events however their bytes are cut", async () => {
  const bytes = new TextEncoder().encode(event(1) + event(2).replaceAll("\n", "\r\n") + end);
  for (const size of [1, 2, 3, 7, 1000]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const ids: (string | undefined)[] = [];
    for await (const { id, data } of messagesOf(body)) {
      ids.push(id);
      expect(() => JSON.parse(data ?? "nothing")).not.toThrow();
    }
    expect(ids).toEqual(["1-1", "1-2", "1-5-end"]);
  }
});
