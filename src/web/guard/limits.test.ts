import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { matchRoutes } from "react-router";
import { afterEach, describe, expect, it } from "vitest";
import type { Reader } from "../reader.ts";
import { feedLimit, requestLimits } from "./limits.ts";
import { guardedPath } from "./request.ts";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Answers what a page would be told: "mail", "forms" or "api" by the policy that was counted, and 429 for what it has to refuse. */
async function limited(limits: Parameters<typeof requestLimits>[0]) {
  const app = express();
  app.use("/feed.atom", feedLimit(limits), (_request, response) => void response.end());
  app.use((_request, response, next) => {
    const reader: Partial<Reader> = { person: undefined, owner: "visitor:x", address: "a", tooMany: false };
    response.locals.reader = reader;
    next();
  });
  app.use(requestLimits(limits), (_request, response) => {
    response.status((response.locals.reader as Reader).tooMany ? 429 : 200).end();
  });
  const server = createServer(app);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  // Not `fetch`, which tidies a path before it is sent.
  return (method: string, path: string) =>
    new Promise<[status: number | undefined, policy: string | undefined]>((resolve, reject) => {
      const sent = httpRequest({ host: "127.0.0.1", port, method, path, agent: false }, (answer) => {
        answer.resume();
        const policy = answer.headers["ratelimit-policy"];
        resolve([answer.statusCode, /^"(\w+)"/.exec(String(policy))?.[1]]);
      });
      sent.on("error", reject).end();
    });
}

const mailPaths = [
  ...["/sign-in", "/sign-in/", "/Sign-In", "/sign-in//", "/sign-in?a=1", "/%73ign-in", "/sign%2Din", "/x/../sign-in"],
  ...[
    "/sign-in.data",
    "/SIGN-IN.data",
    "/sign-in/_.data",
    "/sign-in/.data",
    "/inbox",
    "/inbox/",
    "/INBOX",
    "/Inbox.data",
  ],
];
const apiPaths = ["/api/v1/papers", "/API/v1/papers", "/Api/runs/", "/%61pi/runs", "/./api/runs", "/api/runs.data"];

describe("limits", () => {
  it("of mail are the same however its page is spelled, and whatever the method", async () => {
    const ask = await limited({ apiPerMinute: 1, signInMails: mailPaths.length });
    for (const path of mailPaths) expect(await ask("POST", path), path).toEqual([200, "mail"]);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect(await ask(method, "/sign-in"), method).toEqual([429, "mail"]);
    }
    expect(await ask("GET", "/sign-in")).toEqual([200, undefined]);
    expect(await ask("POST", "/sign-in/link")).toEqual([200, "forms"]);
    expect(await ask("PUT", "/marks")).toEqual([200, "forms"]);
  });

  it("of the API are the same however its address is spelled", async () => {
    const ask = await limited({ apiPerMinute: apiPaths.length, signInMails: 1 });
    for (const path of apiPaths) expect(await ask("GET", path), path).toEqual([200, "api"]);
    for (const path of apiPaths) expect(await ask("POST", path), path).toEqual([429, "api"]);
    expect(await ask("GET", "/apis")).toEqual([200, undefined]);
  });

  it("of lists for feed readers hold by address, and 0 is any number", async () => {
    const ask = await limited({ apiPerMinute: 2, signInMails: 1 });
    for (const status of [200, 200, 429]) expect(await ask("GET", "/feed.atom")).toEqual([status, "feeds"]);
    const free = await limited({ apiPerMinute: 0, signInMails: 1 });
    for (let i = 0; i < 3; i++) expect((await free("GET", "/feed.atom"))[0]).toBe(200);
  });
});

it("whatever React Router takes for a page is the same path to a guard", () => {
  const routes = [{ path: "sign-in" }, { path: "*" }];
  for (const path of mailPaths.filter((own) => own.toLowerCase().includes("sign") || own.includes("%"))) {
    const { pathname } = new URL(path, "http://here.invalid");
    const data = pathname.endsWith("/_.data") ? pathname.slice(0, -"_.data".length) : pathname.replace(/\.data$/, "");
    expect(matchRoutes(routes, data)?.[0]?.route.path, path).toBe("sign-in");
    expect(guardedPath({ originalUrl: path }), path).toBe("/sign-in");
  }
  for (const path of ["/", "//", "/_.data", "/%", "http://elsewhere.example/"]) {
    expect(guardedPath({ originalUrl: path }), path).toBe(path === "/%" ? path : "/");
  }
});
