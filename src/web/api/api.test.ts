import Ajv2020 from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApi, operations } from "../../api/openapi.ts";
import type * as schemas from "../../api/schemas.ts";
import { catalogue } from "../../papers/catalogue.ts";
import { apiPage } from "../app/server/api-page.server.ts";
import { type ApiServer, apiServer } from "./testing.ts";

let server: ApiServer;
let base = "";
beforeAll(async () => {
  server = await apiServer({ LIVEPAPERS_API_PER_MINUTE: "400" });
  base = `${server.url}/api/v1`;
}, 120_000);
afterAll(() => server?.close());

/** Judges values by the document, which for this says that there is nothing it does not name. */
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(openApi("1", { closed: true }), "api");
function expectFits(value: unknown, shape: string): void {
  const fits = ajv.getSchema(`api#/components/schemas/${shape}`);
  if (!fits) throw new Error(`the document has no ${shape}`);
  expect(fits(value) ? [] : fits.errors, shape).toEqual([]);
}

async function read<T>(path: string, shape: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(base + path, init);
  expect(response.status, path).toBeLessThan(300);
  const value = (await response.json()) as T;
  expectFits(value, shape);
  return value;
}

async function refused(path: string, status: number, init: RequestInit = {}): Promise<schemas.Problem> {
  const response = await fetch(base + path, init);
  const value = (await response.json()) as schemas.Problem;
  expect(response.status, `${path} ${JSON.stringify(value)}`).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expectFits(value, "Problem");
  return value;
}

const post = (value: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json", ...headers },
  body: JSON.stringify(value),
});

/** The messages of an event stream's text, with their ids. */
function messagesOf(text: string): { id: string; message: schemas.RunMessage }[] {
  return [...text.matchAll(/^id: (.*)\ndata: (.*)$/gm)].map(([, id = "", data = ""]) => ({
    id,
    message: JSON.parse(data) as schemas.RunMessage,
  }));
}

describe("the document", () => {
  it("is OpenAPI 3.1, describes every address, and refers to nothing that is not there", async () => {
    const document = (await (await fetch(`${base}/openapi.json`)).json()) as ReturnType<typeof openApi>;
    expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: "/api/v1" }] });
    expect(Object.keys(document.paths as object)).toEqual([...new Set(operations.map(({ path }) => path))]);
    const { schemas: shapes } = document.components as { schemas: Record<string, unknown> };
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to = ""]) => to);
    const placed = (at: unknown, name: string): unknown => (at as Record<string, unknown> | undefined)?.[name];
    for (const to of references) expect(to.slice(2).split("/").reduce(placed, document), to).toBeDefined();
    for (const shape of Object.keys(shapes))
      expect(() => ajv.getSchema(`api#/components/schemas/${shape}`)).not.toThrow();
  });

  it("names the headers that answers have", async () => {
    const named = async (path: string, at: string, init: RequestInit = {}, url = base): Promise<string[]> => {
      const response = await fetch(url + path, init);
      await response.body?.cancel();
      const { paths } = openApi("1") as { paths: Record<string, Record<string, { responses: Record<string, Head> }>> };
      const method = at.startsWith("/runs") ? "post" : "get";
      const names = Object.keys(paths[at]?.[method]?.responses[response.status]?.headers ?? {});
      for (const name of names) expect(response.headers.has(name), `${at} ${response.status} ${name}`).toBe(true);
      return names;
    };
    type Head = { headers: object };
    const limits = ["RateLimit", "RateLimit-Policy"];
    expect(await named("/papers", "/papers")).toEqual(["ETag", "Link", ...limits]);
    expect(await named("/papers", "/papers", { headers: { "If-None-Match": "*" } })).toEqual(["ETag", ...limits]);
    expect(await named("/papers?a=b", "/papers")).toEqual(limits);
    expect(await named("/papers", "/papers", { method: "DELETE" })).toEqual(["Allow", ...limits]);
    const job = post({ slug: "system-ranking", params: { draws: 10 } });
    expect(await named("/runs", "/runs", job)).toEqual(["Location", "Set-Cookie", ...limits]);
    const narrow = await server.beside({ LIVEPAPERS_API_PER_MINUTE: "1" });
    const there = `${narrow.url}/api/v1`;
    await fetch(`${there}/claims`);
    expect(await named("/claims", "/claims", {}, there)).toEqual(["Retry-After", ...limits]);
    narrow.close();
  });

  it("says by which cookies runs are one's own, as they are called on http and on https", () => {
    const names = (secure: boolean) => {
      const { securitySchemes } = openApi("1", { secure }).components as { securitySchemes: Record<string, object> };
      return Object.values(securitySchemes).map((scheme) => (scheme as { name: string }).name);
    };
    expect([names(false), names(true)]).toEqual([
      ["visitor", "session"],
      ["__Host-visitor", "__Host-session"],
    ]);
    const { paths } = openApi("1") as { paths: Record<string, Record<string, { security?: object[] }>> };
    expect(paths["/runs/{id}/cancel"]?.post?.security).toEqual([{ visitor: [] }, { session: [] }]);
    expect(paths["/runs/{id}"]?.get?.security).toEqual([{}, { visitor: [] }, { session: [] }]);
    expect(paths["/papers"]?.get?.security).toBeUndefined();
  });

  it("forbids no property that a later version may add", () => {
    expect(JSON.stringify(openApi("1"))).not.toContain('"additionalProperties":false');
  });
});

describe("the page", () => {
  it("shows every address and shape of the document, each where its links lead", () => {
    const { operations: shown, shapes } = apiPage(openApi("1"));
    expect(shown.map(({ id }) => id)).toEqual(operations.map(({ id }) => id));
    const names = shapes.map(({ name }) => name);
    for (const { body, answers } of shown) {
      for (const shape of [body?.shape, ...answers.map((own) => own.shape)]) {
        if (shape !== undefined) expect(names).toContain(shape);
      }
    }
    expect(shown.find(({ id }) => id === "listPapers")?.parameters[0]).toMatchObject({
      name: "scope",
      kind: "query, “catalogue” or “all”, “catalogue” without",
    });
  });
});

describe("papers", () => {
  it("are paged to the end, each once, in the catalogue's order", async () => {
    const slugs: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await read<schemas.PaperPage>(`/papers${cursor && `?cursor=${cursor}`}`, "PaperPage");
      slugs.push(...page.items.map(({ slug }) => slug));
      const link = (await fetch(`${base}/papers${cursor && `?cursor=${cursor}`}`)).headers.get("link");
      expect(link).toBe(page.next && `</api/v1/papers?cursor=${page.next}>; rel="next"`);
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(slugs).toEqual(catalogue.map(({ card }) => card.slug));
  });

  it("are paged newest first with the imported ones", async () => {
    const slugs = new Set<string>();
    for (let cursor = ""; ; ) {
      const page = await read<schemas.PaperPage>(`/papers?scope=all${cursor && `&cursor=${cursor}`}`, "PaperPage");
      for (const { slug } of page.items) slugs.add(slug);
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(slugs.size).toBe(catalogue.length);
  });

  it("of a field, that run", async () => {
    const { items } = await read<schemas.PaperPage>("/papers?field=ranking-and-rewards&runnable=true", "PaperPage");
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) expect(item).toMatchObject({ field: "ranking-and-rewards", runnable: true });
  });

  it("one by one, by slug and by arXiv id", async () => {
    for (const { card } of catalogue.slice(0, 8)) await read(`/papers/${card.slug}`, "Paper");
    const paper = await read<schemas.Paper>("/papers/system-ranking", "Paper");
    expect(paper.parameters?.schema).toMatchObject({ properties: { draws: {} } });
    expect(paper.tools[0]?.inputs.length).toBeGreaterThan(0);
    expect(await read(`/papers/${paper.arxiv}`, "Paper")).toEqual(paper);
  });

  it("refuse what does not fit and say what would", async () => {
    expect((await refused("/papers/system-rankin", 404)).detail).toContain("system-ranking");
    expect((await refused("/papers?field=model-mergin", 400)).detail).toContain("model-merging");
    expect((await refused("/papers?colour=red", 400)).detail).toContain("scope");
    expect((await refused("/papers?scope=none", 400)).detail).toContain("scope");
    const { next } = await read<schemas.PaperPage>("/papers", "PaperPage");
    for (const cursor of ["%25", "AAAA", "bm9uZQ"]) {
      await refused(`/papers?cursor=${cursor}`, 400);
      await refused(`/papers?scope=all&cursor=${cursor}`, 400);
    }
    await refused(`/papers?scope=all&cursor=${next}`, 400); // of the other list
    expect((await refused("/nothing", 404)).detail).toContain("openapi.json");
    await refused("/papers/%E0%A4%A", 400);
  });
});

describe("search and claims", () => {
  it("finds, page by page", async () => {
    const found = await read<schemas.SearchPage>("/search?q=model", "SearchPage");
    expect(found.items).toHaveLength(20);
    const more = await read<schemas.SearchPage>(`/search?q=model&cursor=${found.next}`, "SearchPage");
    const first = new Set(found.items.map(({ slug }) => slug));
    expect(more.items.filter(({ slug }) => first.has(slug))).toEqual([]);
    expect((await read<schemas.SearchPage>("/search?q=qqqqqq", "SearchPage")).items).toEqual([]);
    await refused("/search", 400);
  });

  it("gives the scoreboard", async () => {
    const { items } = await read<schemas.ClaimPage>("/claims?field=ranking-and-rewards", "ClaimPage");
    expect(items.map(({ slug }) => slug)).toContain("system-ranking");
  });
});

describe("answers", () => {
  it("have an ETag, and are not sent again to who has them", async () => {
    const response = await fetch(`${base}/papers/system-ranking`);
    const etag = response.headers.get("etag") ?? "";
    expect(etag).toMatch(/^W\/"[\w-]+"$/);
    expect(response.headers.get("cache-control")).toBe("public, no-cache");
    for (const given of [etag, etag.replace("W/", ""), `"other", ${etag}`, "*"]) {
      const again = await fetch(`${base}/papers/system-ranking`, { headers: { "If-None-Match": given } });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
    }
    const other = await fetch(`${base}/papers/system-ranking`, { headers: { "If-None-Match": '"other"' } });
    expect(other.status).toBe(200);
  });

  it("to one browser alone are kept by nobody else", async () => {
    const response = await fetch(`${base}/papers`, { headers: { Accept: "text/html" } });
    expect(response.headers.get("set-cookie")).toContain("visitor=");
    expect(response.headers.get("cache-control")).toMatch(/^private/);
  });

  it("can be had as heads, and other methods are refused", async () => {
    const head = await fetch(`${base}/papers`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const response = await fetch(`${base}/papers`, { method: "DELETE" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    await refused("/runs", 405);
  });

  it("can be read by pages of other sites, refusals too, and nothing can be changed by them", async () => {
    const site = { Origin: "https://elsewhere.example", "Sec-Fetch-Site": "cross-site" };
    for (const path of ["/papers", "/nothing"]) {
      const { headers } = await fetch(base + path, { headers: site });
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-allow-credentials")).toBeNull();
    }
    const preflight = await fetch(`${base}/runs`, { method: "OPTIONS", headers: site });
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([204, "GET, HEAD"]);
    const job = { slug: "system-ranking" };
    expect((await refused("/runs", 403, post(job, site))).detail).toContain("may read here and change nothing");
    await refused("/runs", 403, post(job, { Origin: "https://elsewhere.example", Cookie: "visitor=x" }));
    expect((await fetch(`${base}/runs`, post(job, site))).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("runs", () => {
  it("measure a claim, and are followed from wherever one was", async () => {
    const asked = post({ slug: "system-ranking", seed: 3, params: { draws: 10 } });
    const { id } = await read<schemas.Started>("/runs", "Started", asked);
    const text = await (await fetch(`${base}/runs/${id}/events`)).text();
    const all = messagesOf(text);
    for (const { message } of all) expectFits(message, "RunMessage");
    const last = all.at(-1);
    expect(last?.message).toMatchObject({ type: "outcome", outcome: { status: "done" } });
    const half = Math.floor(all.length / 2);
    const rest = await fetch(`${base}/runs/${id}/events`, { headers: { "Last-Event-ID": all[half]?.id ?? "" } });
    expect(messagesOf(await rest.text())).toEqual(all.slice(half + 1));
    const over = await fetch(`${base}/runs/${id}/events`, { headers: { "Last-Event-ID": last?.id ?? "" } });
    expect(over.status).toBe(204);
    const run = await read<schemas.Run>(`/runs/${id}`, "Run");
    expect(run).toMatchObject({ state: "done", seed: 3, params: { draws: 10 }, mine: false });
    expect(run.outcome).toEqual(last?.message.type === "outcome" && last.message.outcome);
    expect(await read(`/runs/${id}/cancel`, "Cancelled", { method: "POST", headers: {} }).catch(() => "refused")).toBe(
      "refused",
    );
  });

  it("apply a tool to one's own files, for oneself alone", async () => {
    const form = new FormData();
    form.set("job", JSON.stringify({ slug: "system-ranking", params: { bootstrap: 0 } }));
    const spec = (await read<schemas.Paper>("/papers/system-ranking", "Paper")).tools[0]?.inputs[0]?.name ?? "";
    form.append(`file:${spec}`, new Blob(["system,a,b\nx,1,2\ny,2,3\nz,3,1\n"]), "scores.csv");
    const response = await fetch(`${base}/apply`, { method: "POST", body: form });
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as schemas.Started;
    const cookie = response.headers
      .getSetCookie()
      .map((set) => set.split(";")[0])
      .join("; ");
    const headers = { Cookie: cookie };
    await (await fetch(`${base}/runs/${id}/events`, { headers })).text();
    const run = await read<schemas.Run>(`/runs/${id}`, "Run", { headers });
    expect(run).toMatchObject({ state: "done", mine: true, kind: "tool" });
    const output = await fetch(server.url + run.outputs[0]?.path, { headers });
    expect(await output.text()).toMatch(/^system,/);
    for (const path of [`/runs/${id}`, `/runs/${id}/events`, `/runs/${id}/outputs/${run.outputs[0]?.name}`]) {
      await refused(path, 404);
    }
  });

  it("are not started twice by a post whose answer was lost", async () => {
    const key = { "Idempotency-Key": crypto.randomUUID() };
    const send = () => {
      const form = new FormData();
      form.set("job", JSON.stringify({ slug: "system-ranking", params: { bootstrap: 0 } }));
      form.append("file:scores", new Blob(["system,a,b\nx,1,2\ny,2,3\n"]), "scores.csv");
      return fetch(`${base}/apply`, { method: "POST", body: form, headers: key });
    };
    const lost = (await (await send()).json()) as schemas.Started;
    const response = await send();
    expect(await response.json()).toEqual(lost);
    // The cookie of the answer that came reads the run.
    const Cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    expect(await read<schemas.Run>(`/runs/${lost.id}`, "Run", { headers: { Cookie } })).toMatchObject({ mine: true });
    const job = { slug: "system-ranking", params: { draws: 10 } };
    expect(await refused("/runs", 422, post(job, key))).toMatchObject({ where: "Idempotency-Key" });
    await refused("/runs", 400, post(job, { "Idempotency-Key": "short" }));
  });

  it("are cancelled by their owner", async () => {
    const asked = post({ slug: "system-ranking", scale: "full" });
    const response = await fetch(`${base}/runs`, asked);
    const { id } = (await response.json()) as schemas.Started;
    await refused(`/runs/${id}/cancel`, 403, { method: "POST" });
    const Cookie = response.headers
      .getSetCookie()
      .map((set) => set.split(";")[0])
      .join("; ");
    const guide = await read<schemas.Started>("/runs", "Started", post({ slug: "compare-model-merging" }, { Cookie }));
    await read(`/runs/${guide.id}/cancel`, "Cancelled", { method: "POST", headers: { Cookie } });
    const answer = await read(`/runs/${id}/cancel`, "Cancelled", { method: "POST", headers: { Cookie } });
    expect(answer).toEqual({ id, cancelled: true });
    const all = messagesOf(await (await fetch(`${base}/runs/${id}/events`)).text());
    expect(all.at(-1)?.message).toMatchObject({ type: "outcome", outcome: { status: "cancelled" } });
  });

  it("refuse what does not fit, and name it", async () => {
    expect(await refused("/runs", 422, post({ slug: "system-ranking", params: { draws: 3 } }))).toMatchObject({
      where: "--draws",
    });
    expect((await refused("/runs", 404, post({ slug: "system-rankin" }))).detail).toContain("system-ranking");
    await refused("/runs", 400, post({ slug: 7 }));
    await refused("/runs", 400, { ...post({}), body: "{" });
    await refused("/runs", 413, post({ slug: "x".repeat(2 << 20) }));
    await refused("/apply", 400, post({ slug: "system-ranking" }));
    await refused("/runs/none", 404);
  });
});

describe("limits", () => {
  it("are told by the standard headers, and refuse with a problem that other sites can read", async () => {
    const small = await server.beside({ LIVEPAPERS_API_PER_MINUTE: "2" });
    try {
      const first = await fetch(`${small.url}/api/v1/papers/system-ranking`);
      expect(first.headers.get("ratelimit-policy")).toContain("q=2");
      expect(first.headers.get("ratelimit")).toContain("r=1");
      await first.text();
      await (await fetch(`${small.url}/api/v1/papers/system-ranking`)).text();
      const third = await fetch(`${small.url}/api/v1/papers/system-ranking`);
      expect(third.status).toBe(429);
      expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(third.headers.get("access-control-allow-origin")).toBe("*");
      expectFits(await third.json(), "Problem");
    } finally {
      small.close();
    }
  });
});
