import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomToken, siteCookies, tokenOf } from "./cookies.ts";
import { FormTokens } from "./form-token.ts";
import { securityHeaders } from "./headers.ts";
import { refuseOtherSites } from "./origin.ts";

const secret = "s".repeat(40);

describe("form tokens", () => {
  const tokens = new FormTokens(Buffer.alloc(32, 1));

  it("fit their visitor, and look different every time", () => {
    const made = Array.from({ length: 20 }, () => tokens.make("a"));
    expect(new Set(made).size).toBe(20);
    for (const token of made) {
      expect(tokens.fits("a", token)).toBe(true);
      expect(tokens.fits("b", token)).toBe(false);
      expect(new FormTokens(Buffer.alloc(32, 2)).fits("a", token)).toBe(false);
    }
  });

  it("are nothing but what was made", () => {
    const token = tokens.make("a");
    const flipped = (token.startsWith("A") ? "B" : "A") + token.slice(1);
    for (const given of [undefined, null, "", "x", token.slice(1), `${token}AAAA`, flipped, 7, {}]) {
      expect(tokens.fits("a", given), String(given)).toBe(false);
    }
  });
});

describe("cookies", () => {
  it("are signed, out of reach of scripts, and sent to this site only", async () => {
    const { visitor, session } = siteCookies(secret, true);
    const token = randomToken();
    const set = await visitor.serialize(token);
    expect(set).toMatch(/^__Host-visitor=/);
    for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"]) expect(set).toContain(attribute);
    const sent = set.split(";")[0] ?? "";
    expect(await tokenOf(visitor, sent)).toBe(token);
    expect(await tokenOf(session, sent)).toBeUndefined();
    expect(await tokenOf(session, sent.replace("visitor", "session"))).toBeUndefined();
    expect(await siteCookies(secret, false).visitor.serialize(token)).not.toMatch(/Secure|__Host/);
  });

  it("are worth nothing when changed, signed with another secret, or not a token", async () => {
    const { visitor } = siteCookies(secret, false);
    const header = (await visitor.serialize(randomToken())).split(";")[0] ?? "";
    const other = (await siteCookies("t".repeat(40), false).visitor.serialize(randomToken())).split(";")[0];
    const changed = header.replace(/=(.)/, (_, first) => `=${first === "I" ? "J" : "I"}`);
    const wrong = (await visitor.serialize("short")).split(";")[0];
    for (const given of [undefined, "", "visitor=", "visitor=%%%", changed, other, wrong, `${header}x`]) {
      expect(await tokenOf(visitor, given), String(given)).toBeUndefined();
    }
  });
});

describe("requests from other sites", () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    const app = express();
    app.use(...securityHeaders(false));
    app.use(refuseOtherSites(new URL("https://papers.example.org")));
    app.use((_request, response) => {
      response.send("taken");
    });
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });
  const status = async (method: string, headers: { [name: string]: string | undefined }) =>
    (await fetch(url, { method, headers: headers as HeadersInit })).status;

  it.each([
    { Origin: "https://elsewhere.example" },
    { Origin: "null" },
    { Origin: "https://papers.example.org.elsewhere.example" },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { Origin: "https://papers.example.org", "Sec-Fetch-Site": "cross-site" },
    { Origin: "null", "Sec-Fetch-Site": "cross-site" },
    { Origin: "null", "Sec-Fetch-Site": "none" },
    { Origin: "https://elsewhere.example", "Sec-Fetch-Site": "same-origin" },
  ])("are refused when they would change something: %j", async (headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) expect(await status(method, headers), method).toBe(403);
    expect(await status("GET", headers)).toBe(200);
  });

  it("are told from our own", async () => {
    expect(await status("POST", { Origin: url })).toBe(200);
    expect(await status("POST", { Origin: url, "Sec-Fetch-Site": "same-origin" })).toBe(200);
    expect(await status("POST", { Origin: "https://papers.example.org" })).toBe(200);
    expect(await status("POST", { Origin: "null", "Sec-Fetch-Site": "same-origin" })).toBe(200);
    expect(await status("POST", {})).toBe(200);
  });

  it("every answer says what its page may do, with a nonce of its own", async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => (await fetch(url)).headers.get("content-security-policy") ?? ""),
    );
    expect(policies[0]).not.toBe(policies[1]);
    expect(policies[0]).toMatch(/script-src 'self' 'nonce-[\w+/=]{24}' 'wasm-unsafe-eval'/);
    expect(policies[0]).not.toMatch(/script-src[^;]*unsafe-inline|'unsafe-eval'/);
    expect(policies[0]).toContain("frame-ancestors 'none'");
    const { headers } = await fetch(url);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.has("strict-transport-security")).toBe(false);
  });
});
