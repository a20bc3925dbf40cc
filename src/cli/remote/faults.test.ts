import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { client } from "../../api/client.ts";
import { openApi } from "../../api/openapi.ts";
import { cli } from "../testing.ts";
import { clean } from "./clean.ts";
import { remoteEngine } from "./engine.ts";

type Handle = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server | undefined;
const others = new Set<Server>();
afterEach(() => {
  for (const each of server ? [server, ...others] : others) {
    each.closeAllConnections();
    each.close();
  }
  others.clear();
});

async function listening(handle: Handle): Promise<string> {
  const made = createServer(handle);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

/** A server that describes itself as ours does and answers everything else with `handle`. */
function livepapers(handle: Handle): Promise<string> {
  return listening((request, response) => {
    if (request.url !== "/api/v1/openapi.json") return handle(request, response);
    response.end(JSON.stringify(openApi("9.9.9")));
  });
}

const claim = ["reproduce", "system-ranking", "--draws", "10"];
const job = { kind: "claim", slug: "system-ranking", scale: "quick", seed: 1, params: {} } as const;
const at = (url: string, line = claim) => cli([...line, "--server", url]);

const record = {
  ...{ id: "r", kind: "claim", slug: "system-ranking", tool: null, scale: "quick", seed: 1, params: {} },
  ...{ standard: false, state: "done", outcome: null, origin: "server", version: "9.9.9", platform: "elsewhere" },
  ...{ created: "2026-11-27T00:00:00Z", started: null, finished: null, durationMs: 1500, mine: true, outputs: [] },
};

/** Takes every run, and says these messages of it. */
function running(...messages: unknown[]): Promise<string> {
  return livepapers((request, response) => {
    if (request.method === "POST") {
      response.writeHead(202, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ id: "r", page: "/runs/r", run: "/api/v1/runs/r", events: "/" }));
    } else if (request.url?.endsWith("/events")) {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.end(messages.map((message, i) => `id: 1-${i}\ndata: ${JSON.stringify(message)}\n\n`).join(""));
    } else response.end(JSON.stringify(record));
  });
}

const verdict = (value: number | null, label = "gain") => ({
  outcome: "holds",
  parts: [
    {
      ...{ name: "headline", required: true, outcome: "holds", inequality: "gain > 0", reported: [] },
      measured: [{ label, value, low: null, high: 1 }],
    },
  ],
});
const ended = (outcome: unknown) => ({ type: "outcome", cursor: "1-9", outcome });

describe("what may be wrong with a server", () => {
  it("its address", async () => {
    for (const url of ["", "ftp://papers.example", "http://a b", "http://me:secret@papers.example"]) {
      expect(await at(url), url).toMatchObject({ status: 2, err: expect.stringContaining("--server:") });
    }
    const ran = await cli(["list"], { env: { LIVEPAPERS_SERVER: "::::" } });
    expect(ran).toMatchObject({ status: 2, err: expect.stringContaining("LIVEPAPERS_SERVER:") });
    expect((await cli(["list", "--no-server"], { env: { LIVEPAPERS_SERVER: "::::" } })).status).toBe(0);
  });

  it("papers that are not here", async () => {
    const ran = await cli(["reproduce", "no-such-paper-anywhere", "--server", "http://127.0.0.1:1"]);
    expect(ran).toMatchObject({
      status: 2,
      err: expect.stringContaining("At a server runs what this version has too."),
    });
    expect((await cli(["reproduce", "no-such-paper-anywhere"])).err).not.toContain("server");
  });

  it("it is not there", async () => {
    const url = await listening(() => {});
    server?.close();
    const ran = await at(url);
    expect(ran).toMatchObject({ status: 1, out: "" });
    expect(ran.err).toBe(`livepapers: ${url} cannot be reached: nothing listens there.\n`);
  });

  it("it is something else, or too old", async () => {
    for (const body of ["<h1>It works!</h1>", '{"info": {"title": "Pets"}}', "null"]) {
      const url = await listening((_request, response) => response.end(body));
      expect(await at(url), body).toMatchObject({ status: 1, err: expect.stringContaining("no livepapers server") });
      server?.close();
    }
    const description = openApi("0.0.3") as { paths: Record<string, unknown> };
    const { "/runs": _, ...paths } = description.paths;
    const url = await listening((_request, response) => response.end(JSON.stringify({ ...description, paths })));
    const { status, err } = await at(url);
    expect(status).toBe(1);
    expect(err).toMatch(/is livepapers 0\.0\.3, whose API has no "post \/runs"; this is livepapers /);
  });

  it("it has moved", async () => {
    const url = await running(ended({ status: "done", verdict: verdict(1) }));
    if (server) others.add(server);
    const before = await listening((request, response) => {
      response.writeHead(301, { Location: url + request.url }).end();
    });
    const ran = await at(before);
    expect(ran).toMatchObject({ status: 0, err: expect.stringContaining(`The run is at ${url}/runs/r`) });
  });

  it("it has too much to do, or is in trouble", async () => {
    const busy = await listening((_request, response) => response.writeHead(429, { "Retry-After": "7" }).end("{}"));
    expect((await at(busy)).err).toContain("takes no more requests from here for now. Try again in 7 s.");
    server?.close();
    const refusing = await livepapers((_request, response) => {
      response.writeHead(429, { "Content-Type": "application/problem+json", "Retry-After": "12" });
      response.end(JSON.stringify({ title: "Too many", detail: "4 runs are under way from here.", status: 429 }));
    });
    const ran = await at(refusing);
    expect(ran).toMatchObject({ status: 1, out: "" });
    expect(ran.err).toContain("4 runs are under way from here. Try again in 12 s.");
    server?.close();
    let posts = 0;
    const broken = await livepapers((_request, response) => {
      posts += 1;
      response.writeHead(502).end("<html>");
    });
    const engine = remoteEngine({ client: client(broken), url: broken }, { pauseMs: 1 });
    await expect(engine.execute(job, {})).rejects.toThrow(/status 502/);
    expect(posts).toBe(5);
  });

  it("its answers are lost on the way", async () => {
    const keys: unknown[] = [];
    let records = 0;
    const url = await livepapers((request, response) => {
      request.resume();
      if (request.method === "POST") {
        keys.push(request.headers["idempotency-key"]);
        if (keys.length % 2 === 1) return void request.on("end", () => request.socket.destroy());
        response.writeHead(202).end(JSON.stringify({ id: "r", page: "/runs/r", run: "/", events: "/" }));
      } else if (request.url?.endsWith("/events")) {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.end(`data: ${JSON.stringify(ended({ status: "done", verdict: verdict(1) }))}\n\n`);
      } else {
        records += 1;
        if (records === 1) request.socket.destroy();
        else response.end(JSON.stringify(record));
      }
    });
    const engine = remoteEngine({ client: client(url), url }, { pauseMs: 1 });
    expect(await engine.execute(job, {})).toMatchObject({ status: "done" });
    expect(await engine.execute(job, {})).toMatchObject({ status: "done" });
    const [first, second, third] = keys;
    expect(first).toMatch(/^[\w-]{36}$/);
    expect(keys).toEqual([first, first, third, third]); // one name for each command
    expect([second === third, records]).toEqual([false, 3]);
  });

  it("it refuses what it is given", async () => {
    const url = await livepapers((request, response) => {
      request.resume();
      const status = request.url?.endsWith("/apply") ? 413 : 422;
      const detail = status === 413 ? "The upload is larger than the limit of 1.0 MB." : "at most 5 is wanted.";
      response.writeHead(status, { "Content-Type": "application/problem+json" });
      response.end(JSON.stringify({ title: "No", detail, status, where: "--draws" }));
    });
    expect(await at(url)).toMatchObject({ status: 2, err: "livepapers: --draws: at most 5 is wanted.\n" });
    const large = await at(url, ["apply", "system-ranking", "--sample"]);
    expect(large).toMatchObject({ status: 2, err: expect.stringContaining("1.0 MB. Send less, or run it here.") });
  });

  it("it ends the run at a limit, or by a fault", async () => {
    for (const status of ["limit", "failed"]) {
      const url = await running(ended({ status, message: "The run took longer than 15 minutes." }));
      expect(await at(url)).toMatchObject({
        ...{ status: 1, out: "" },
        err: expect.stringContaining("livepapers: The run took longer than 15 minutes."),
      });
      server?.close();
    }
  });

  it("it stays away while the run goes on", async () => {
    const url = await livepapers((request, response) => {
      if (!request.url?.endsWith("/runs")) return void request.socket.destroy();
      response.writeHead(202).end(JSON.stringify({ id: "r", page: "/runs/r", run: "/", events: "/" }));
    });
    const site = { client: client(url, { retryMs: 1, retries: 2 }), url };
    await expect(remoteEngine(site).execute(job, {})).rejects.toThrow(
      `${url} cannot be reached: the connection was cut. The run is at ${url}/runs/r`,
    );
  });

  it("it falls silent, and its reader has enough", async () => {
    const url = await livepapers((request, response) => {
      if (!request.url?.endsWith("/runs")) return; // nothing more is said
      response.writeHead(202).end(JSON.stringify({ id: "r", page: "/runs/r", run: "/", events: "/" }));
    });
    const controller = new AbortController();
    const outcome = await remoteEngine({ client: client(url), url }).execute(job, {
      signal: controller.signal,
      onEvent: () => controller.abort(),
    });
    expect(outcome.status).toBe("cancelled");
  });

  it("it says what nobody understands", async () => {
    const url = await running(ended({ status: "done", verdict: { outcome: "splendid" } }));
    expect(await at(url)).toMatchObject({ status: 1, err: expect.stringContaining("does not understand") });
  });
});

describe("what a server says", () => {
  const note = (seq: number, markdown: string) => ({
    type: "event",
    cursor: `1-${seq}`,
    event: { seq, at: 1, event: { type: "note", markdown } },
  });

  it("cannot do anything to the terminal", async () => {
    const url = await running(note(1, "a\u001b[2Jb\u0007"), ended({ status: "done", verdict: verdict(2, "g\u009bx") }));
    const { status, out, err } = await at(url);
    expect([status, out.includes("a[2Jb"), out.includes("gx")]).toEqual([0, true, true]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(clean({ "a\u001b": ["\u0000b", 1, null, true, "é\n"] })).toEqual({ a: ["b", 1, null, true, "é\n"] });
  });

  it("before it began again is forgotten, and numbers that are none are none", async () => {
    const url = await running(
      note(1, "first attempt"),
      { type: "restart", cursor: "2-0" },
      note(1, "second attempt"),
      ended({ status: "done", verdict: verdict(null) }),
    );
    const { out } = await at(url);
    expect([out.includes("first attempt"), out.includes("second attempt")]).toEqual([false, true]);
    expect(out).toContain("gain  –");
    const document = JSON.parse((await at(url, [...claim, "--json"])).out);
    expect(document).toMatchObject({ version: "9.9.9", durationMs: 1500, verdict: verdict(null) });
  });
});
