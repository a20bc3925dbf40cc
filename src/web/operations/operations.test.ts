import { createServer } from "node:http";
import type { RouteConfigEntry } from "@react-router/dev/routes";
import { afterEach, describe, expect, it } from "vitest";
import { operations } from "../../api/openapi.ts";
import routes from "../app/routes.ts";
import { closeServer, listen } from "../listen.ts";
import { Endpoints } from "./endpoints.ts";
import { openLog, silentLog } from "./log.ts";
import { isLoopback } from "./loopback.ts";
import { Metrics } from "./metrics.ts";
import { runReports, tellOf } from "./reports.ts";
import { routeOf } from "./route.ts";

const idle = { queued: 0, running: 0, oldestSeconds: 0, mail: 0 };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function site(options: Partial<ConstructorParameters<typeof Endpoints>[0]> = {}) {
  const metrics = new Metrics({ queue: async () => ({ ...idle, queued: 3, mail: 2 }), process: false });
  const endpoints = new Endpoints({
    metrics,
    logger: silentLog(),
    token: undefined,
    ready: async () => {},
    ...options,
  });
  const server = createServer((request, response) => {
    if (endpoints.handle(request, response)) return;
    endpoints.observe(request, response);
    response.statusCode = request.url === "/broken" ? 500 : request.url === "/starting" ? 503 : 200;
    response.end("page");
  });
  const port = await listen(server, 0, "127.0.0.1");
  closing.push(() => closeServer(server));
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    return { status: response.status, text: await response.text(), id: response.headers.get("x-request-id") };
  };
  return { endpoints, metrics, get };
}

describe("the log of requests", () => {
  it("has what failed as an error, and not a page that says that the site is starting", async () => {
    const written: string[] = [];
    const logger = openLog({ env: {}, terminal: false, write: (line) => written.push(line) });
    const { get } = await site({ logger });
    for (const path of ["/starting", "/broken", "/"]) await get(path);
    await expect.poll(() => written.map((line) => JSON.parse(line))).toMatchObject([{ level: "error", status: 500 }]);
  });
});

describe("health", () => {
  it("is live from the first moment, and ready when the work can be done", async () => {
    let database = true;
    const ready = async () => {
      if (!database) throw new Error("no");
    };
    const { endpoints, get } = await site({ ready });
    expect(await get("/health/live")).toMatchObject({ status: 200, text: "ok\n" });
    expect(await get("/health/ready")).toMatchObject({ status: 503, text: "starting\n" });
    endpoints.closed = undefined;
    expect(await get("/health/ready?x=1")).toMatchObject({ status: 200, text: "ready\n" });
    database = false;
    expect(await get("/health/ready")).toMatchObject({ status: 503, text: "the database does not answer\n" });
    endpoints.closed = "stopping";
    expect(await get("/health/ready")).toMatchObject({ status: 503, text: "stopping\n" });
    expect(await get("/health/live")).toMatchObject({ status: 200 });
    expect(await get("/health/other")).toMatchObject({ text: "page" });
  });

  it("does not wait for a database that never answers", async () => {
    const { endpoints, get } = await site({ ready: () => new Promise(() => {}) });
    endpoints.closed = undefined;
    expect(await get("/health/ready")).toMatchObject({ status: 503 });
  });
});

describe("metrics", () => {
  it("count runs, mail, errors, requests and the queue", async () => {
    const { metrics, get } = await site();
    const run = { id: "a", slug: "b", attempt: 1, durationMs: 3000 };
    metrics.runEnded({ ...run, kind: "claim", status: "done" });
    metrics.runEnded({ ...run, kind: "tool", status: "bad input" });
    metrics.mail("later");
    metrics.error();
    await get("/papers/one?who=ada@example.org");
    await get("/papers/two");
    const { text } = await get("/metrics");
    for (const line of [
      'livepapers_runs_total{kind="claim",status="done"} 1',
      'livepapers_runs_total{kind="tool",status="bad input"} 1',
      'livepapers_run_seconds_sum{kind="claim"} 3',
      'livepapers_mail_total{result="later"} 1',
      "livepapers_errors_total 1",
      "livepapers_queue_runs_waiting 3",
      "livepapers_queue_mail_waiting 2",
      "livepapers_database_up 1",
      'livepapers_http_request_seconds_count{method="GET",route="/papers/*",status="2xx"} 2',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).not.toContain("ada");
  });

  it("go on without the database, and say so", async () => {
    const queue = () => Promise.reject(new Error("gone"));
    const { get } = await site({ metrics: new Metrics({ queue, process: false }) });
    expect((await get("/metrics")).text).toContain("livepapers_database_up 0\n");
  });

  it("are for this machine, or for who has the token", async () => {
    const token = "0123456789abcdef";
    const { get } = await site({ token });
    const elsewhere = { "X-Forwarded-For": "192.0.2.1" };
    expect((await get("/metrics")).status).toBe(200);
    expect((await get("/metrics", elsewhere)).status).toBe(403);
    expect((await get("/metrics", { ...elsewhere, Authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await get("/metrics", { Authorization: "Bearer wrong" })).status).toBe(403);
    const without = await site();
    expect((await without.get("/metrics", { ...elsewhere, Authorization: "Bearer undefined" })).status).toBe(403);
  });

  it("know this machine by address, name and the absence of a proxy", () => {
    const asked = (remoteAddress: string, headers: object) =>
      isLoopback({ socket: { remoteAddress }, headers } as never);
    const local = { host: "localhost:4000" };
    expect(asked("127.0.0.1", local)).toBe(true);
    expect(asked("::ffff:127.0.0.1", { host: "127.0.0.1" })).toBe(true);
    expect(asked("::1", { host: "[::1]:80" })).toBe(true);
    expect(asked("192.0.2.1", local)).toBe(false);
    expect(asked("::ffff:192.0.2.1", local)).toBe(false);
    expect(asked("127.0.0.1", { host: "papers.example.org" })).toBe(false);
    expect(asked("127.0.0.1", {})).toBe(false);
    for (const name of ["forwarded", "via", "x-real-ip"]) expect(asked("::1", { ...local, [name]: "x" })).toBe(false);
  });
});

describe("requests", () => {
  it("have an id, their own or a sensible one of a proxy", async () => {
    const { get } = await site();
    expect((await get("/")).id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await get("/", { "X-Request-Id": "proxy-12345" })).id).toBe("proxy-12345");
    expect((await get("/", { "X-Request-Id": 'bad " id' })).id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("are named by every page, address of the API and feed there is", () => {
    const pages = (entries: readonly RouteConfigEntry[], above = ""): string[] =>
      entries.flatMap(({ path, children = [] }) => {
        const own = path === undefined ? above : `${above}/${path}`;
        return [own, ...pages(children, own)];
      });
    const feeds = ["", "/fields/:field", "/search"].map((path) => `${path}/feed.atom`);
    const addresses = operations.map(({ path }) => `/api/v1${path.replace(/\{(\w+)\}/g, ":$1")}`);
    const all = [...pages(routes), ...addresses, ...feeds, "/healthz"];
    expect(all).toContain("/inbox/confirm");
    for (const path of all) {
      const kind = path.replace(/:\w+/g, "*") || "/";
      expect(routeOf(path.replace(/:\w+|\*/g, "Some-Name") || "/", 200)).toBe(kind);
    }
  });

  it("are named by the kind of page, in few ways", () => {
    const routes = [
      ["/", "/"],
      ["/?order=week", "/"],
      ["/papers/system-ranking", "/papers/*"],
      ["/papers/system-ranking/code.data", "/papers/*/code"],
      ["/api/runs/abc/events?after=1-2", "/api/runs/*/events"],
      ["/Papers/System-Ranking/", "/papers/*"],
      ["/assets/entry-1234.js", "/assets/*"],
    ];
    for (const [url = "", route] of routes) expect(routeOf(url, 200)).toBe(route);
    expect(routeOf("/wp-login.php", 404)).toBe("none");
    const many = new Set<string>();
    const words = ["api", "runs", "papers", "data", "read"];
    for (let i = 0; i < 3125; i++) {
      many.add(routeOf(`/${[0, 1, 2, 3, 4].map((place) => words[Math.floor(i / 5 ** place) % 5]).join("/")}`, 200));
    }
    expect(many.size).toBeLessThanOrEqual(101);
  });
});

describe("the log", () => {
  const lines = (env: Record<string, string>, terminal: boolean) => {
    const written: string[] = [];
    const logger = openLog({ env, terminal, write: (line) => written.push(line) });
    logger.info("a line");
    logger.debug({ route: "/" }, "request");
    logger.error({ stack: "Error: x\n  at y" }, "a fault");
    return written;
  };

  it("is JSON for programs and words for people", () => {
    expect(lines({}, true)).toEqual(["a line", "a fault\nError: x\n  at y"]);
    const [first, second] = lines({}, false).map((line) => JSON.parse(line) as object);
    expect(first).toEqual({ level: "info", time: expect.stringMatching(/^\d{4}-.*Z$/), msg: "a line" });
    expect(second).toMatchObject({ level: "error", stack: "Error: x\n  at y" });
    expect(lines({ LIVEPAPERS_LOG_FORMAT: "lines" }, false)[0]).toBe("a line");
    expect(JSON.parse(lines({ LIVEPAPERS_LOG_FORMAT: "json" }, true)[0] ?? "")).toMatchObject({ msg: "a line" });
  });

  it("has what the server's parts tell at its weight, and counts the faults", async () => {
    const written: string[] = [];
    const logger = openLog({ env: { LIVEPAPERS_LOG: "warn" }, terminal: false, write: (line) => written.push(line) });
    const metrics = new Metrics({ queue: async () => idle, process: false });
    const tell = tellOf(logger, metrics);
    tell("an import is done");
    tell("mail: not delivered yet", "warn");
    tell("housekeeping: no", "error");
    const { log } = runReports(logger, metrics);
    log({ message: "printed by a run" });
    log({ message: "run a was interrupted", weight: "warn" });
    log({ message: "queue: no", weight: "error" });
    log({ message: "run b: no", stack: "Error: no\n  at b" });
    expect(written.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: "warn", msg: "mail: not delivered yet" },
      { level: "error", msg: "housekeeping: no" },
      { level: "warn", msg: "run a was interrupted" },
      { level: "error", msg: "queue: no" },
      { level: "error", msg: "run b: no", stack: "Error: no\n  at b" },
    ]);
    expect(await metrics.text()).toContain("livepapers_errors_total 3\n");
  });

  it("has levels", () => {
    expect(lines({ LIVEPAPERS_LOG: "error" }, true)).toHaveLength(1);
    expect(lines({ LIVEPAPERS_LOG: "debug" }, true)).toHaveLength(3);
    expect(lines({ LIVEPAPERS_LOG: "silent" }, true)).toEqual([]);
    expect(() => lines({ LIVEPAPERS_LOG: "loud" }, true)).toThrow('LIVEPAPERS_LOG: "loud" is not one of debug, info');
    expect(() => lines({ LIVEPAPERS_LOG_FORMAT: "xml" }, true)).toThrow("LIVEPAPERS_LOG_FORMAT");
  });
});
