import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ServerBuild } from "react-router";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/web/root.ts";
import { claimPage, testSite } from "./site.ts";
import { visitor } from "./visitor.ts";

const site = testSite();

const firstPage = () => visitor(site.url);
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(site.url + path, { method: "POST", body: new URLSearchParams(form), headers, redirect: "manual" });

describe("forms", () => {
  it("are taken by no page without the token that the browser was given", async () => {
    const build = (await import(pathToFileURL(join(packageRoot(), "build/server/index.js")).href)) as ServerBuild;
    const paths = Object.values(build.routes).flatMap((route) => {
      if (!route?.module.action || route.id.includes("/api/")) return [];
      const segments: string[] = [];
      for (let at: typeof route | undefined = route; at; at = at.parentId ? build.routes[at.parentId] : undefined) {
        if (at.path) segments.unshift(at.path);
      }
      return [
        `/${segments.join("/").replace(":slug", "system-ranking").replace(":field", "model-merging").replace(/:\w+/g, "x")}`,
      ];
    });
    expect(paths).toEqual(expect.arrayContaining(["/theme", "/papers/system-ranking/run", "/runs/x"]));
    const [one, other] = [await firstPage(), await firstPage()];
    for (const path of paths) {
      const refused = [
        await post(path, {}),
        await post(path, { "form-token": one.token }),
        await post(path, {}, { Cookie: one.cookie }),
        await post(path, { "form-token": "x" }, { Cookie: one.cookie }),
        await post(path, { "form-token": other.token }, { Cookie: one.cookie }),
      ];
      const answer = await post(path, { "form-token": one.token }, { Cookie: one.cookie });
      expect(answer.status, path).not.toBe(403);
      // What is not there is refused to everyone, and a form that sends mail to who asks too often.
      const status = answer.status === 404 ? 404 : 403;
      for (const response of refused) expect([403, 429, status], path).toContain(response.status);
    }
  });

  it("say what to do when their page is too old", async () => {
    const page = await (await post("/theme", { theme: "dark" })).text();
    expect(page).toContain("Load the page again");
  });

  it("lead back to this site only", async () => {
    const { cookie, token } = await firstPage();
    const leads = async (back: string) =>
      (await post("/theme", { "form-token": token, theme: "dark", back }, { Cookie: cookie })).headers.get("location");
    expect(await leads("/claims?a=b#c")).toBe("/claims?a=b#c");
    for (const away of [
      "//elsewhere.example",
      "/\\elsewhere.example",
      "/\t/elsewhere.example",
      "https://e.example",
      "",
    ]) {
      expect(await leads(away), away).toBe("/");
    }
  });
});

describe("cookies", () => {
  it("are given with a page, and to no program that reads", async () => {
    const page = await fetch(site.url, { headers: { Accept: "text/html" } });
    expect(page.headers.getSetCookie()).toEqual([expect.stringMatching(/^visitor=.*; HttpOnly; SameSite=Lax$/)]);
    expect(page.headers.get("cache-control")).toBe("private, no-cache");
    for (const path of ["/", "/api/papers", `${claimPage}/cite.bib`, "/healthz", "/mark.svg"]) {
      expect((await fetch(site.url + path)).headers.getSetCookie(), path).toEqual([]);
    }
  });

  it("stay the same for a browser that has them", async () => {
    const { cookie } = await firstPage();
    const again = await fetch(site.url, { headers: { Accept: "text/html", Cookie: cookie } });
    expect(again.headers.getSetCookie()).toEqual([]);
  });
});

// Last, since the server closes the connection that such a body comes on.
describe("a form larger than a form can be", () => {
  it("is refused before it has been read", async () => {
    expect((await post("/theme", { theme: "x".repeat(300_000) })).status).toBe(413);
  });
});
