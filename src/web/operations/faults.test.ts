import { createServer } from "node:http";
import { DrizzleQueryError } from "drizzle-orm";
import express from "express";
import { expect, it } from "vitest";
import { apiV1 } from "../api/router.ts";
import type { AppOptions } from "../http.ts";
import { closeServer, listen } from "../listen.ts";
import { faultLog } from "./faults.ts";
import { openLog } from "./log.ts";

function kept() {
  const lines: string[] = [];
  let errors = 0;
  const logger = openLog({ env: {}, terminal: false, write: (line) => lines.push(line) });
  const fault = faultLog(logger, {
    error() {
      errors += 1;
    },
  });
  return { fault, count: () => errors, entries: () => lines.map((line) => JSON.parse(line) as Record<string, string>) };
}

it("a fault is one line with its kind of page, its stack and its causes, and nobody's data", () => {
  const { fault, entries, count } = kept();
  const cause = new TypeError("the connection was lost");
  const error = new DrizzleQueryError("select * from people where mail = $1", ["ada@example.org\n    at home"], cause);
  fault(error, { method: "GET", url: "https://papers.example/papers/secret-name?q=ada" });
  fault("text", { method: "POST", url: "/runs/abc" });
  const [first, second] = entries();
  expect(first).toMatchObject({ level: "error", method: "GET", route: "/papers/*" });
  expect(first?.stack).toMatch(/^Error: failed query: select \* from people where mail = \$1\n {4}at /);
  expect(first?.stack).toMatch(/\ncaused by: TypeError: the connection was lost\n {4}at /);
  expect(JSON.stringify(first)).not.toMatch(/ada|at home|secret-name/);
  expect(second).toMatchObject({ method: "POST", route: "/runs/*", stack: "text" });
  expect(count()).toBe(2);
});

it("what breaks within the API goes there, and its reader is told nothing of it", async () => {
  const { fault, entries } = kept();
  const broken = () => Promise.reject(new Error("relation livepapers.runs does not exist"));
  const options = { services: { verdicts: broken, fault }, papers: { papers: async () => [] } };
  const app = express();
  app.use("/api/v1", apiV1(options as unknown as AppOptions)); // what the scoreboard needs
  const server = createServer(app);
  const port = await listen(server, 0, "127.0.0.1");
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/claims`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("livepapers.runs");
  expect(entries()).toEqual([
    expect.objectContaining({ route: "/api/v1/claims", stack: expect.stringContaining("livepapers.runs") }),
  ]);
  await closeServer(server);
});
