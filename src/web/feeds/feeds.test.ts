import { XMLParser, XMLValidator } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serialOf } from "../../feed/arxiv-id.ts";
import { catalogue } from "../../papers/catalogue.ts";
import { type ImportedPaper, importPapers } from "../../store/papers.ts";
import { insertRun } from "../../store/runs.ts";
import { someRun } from "../../store/testing.ts";
import { type ApiServer, apiServer } from "../api/testing.ts";

const site = "https://papers.example";
const soup: ImportedPaper = {
  ...{ arxiv: "2611.00002", version: 1, serial: serialOf("2611.00002") ?? 0, upvotes: 3, submitter: null },
  title: "Soup ]]> <script>alert(1)</script> & $\\alpha$ \u202Eodd\u202C",
  authors: ["Ann & Bob", "Çelik"],
  abstract: "We stir <b>soups</b> in $O(n^2)$.",
  categories: ["cs.LG", "stat.ML"],
  field: "model-merging",
  year: 2026,
  ...{ published: "2026-11-02T10:00:00Z", updated: "2026-11-02T10:00:00Z", listed: "2026-11-03" },
};
let server: ApiServer;
beforeAll(async () => {
  server = await apiServer({ LIVEPAPERS_URL: site });
  await importPapers(server.store.db, [soup], "arxiv");
}, 120_000);
afterAll(() => server?.close());

interface Entry {
  id: string;
  title: string;
  updated: string;
  published: string;
  summary: string;
  author: { name: string }[];
  content: { "#text": string };
  link: { "@rel": string; "@href": string }[];
  category: { "@term": string; "@label": string }[];
}
interface Feed {
  id: string;
  title: string;
  link: { "@rel": string; "@type": string; "@href": string }[];
  entry: Entry[];
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  htmlEntities: true,
  isArray: (name) => ["entry", "author", "category", "link"].includes(name),
});

async function atom(path: string): Promise<Feed> {
  const response = await fetch(server.url + path);
  const xml = await response.text();
  expect([response.status, XMLValidator.validate(xml)], xml.slice(0, 200)).toEqual([200, true]);
  expect(response.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
  const { feed } = parser.parse(xml) as { feed: Feed };
  return { ...feed, entry: feed.entry ?? [] };
}

async function json(path: string) {
  const response = await fetch(server.url + path);
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    "application/feed+json; charset=utf-8",
  ]);
  return (await response.json()) as { title: string; home_page_url: string; items: { id: string; tags: string[] }[] };
}

describe("lists for feed readers", () => {
  it("are there for every view, field and search, in both forms, and alike", async () => {
    const paths = ["view=day", "view=week", "view=month", "view=newest", "view=trending&only=runnable", ""];
    const fields = ["model-merging", "ranking-and-rewards"];
    const addresses = [
      ...paths.map((query) => ["", query]),
      ...fields.map((field) => [`/fields/${field}`, ""]),
      ["/search", "q=merging"],
    ];
    for (const [path = "", query] of addresses) {
      const form = (name: string): string => `${path}/feed.${name}${query && `?${query}`}`;
      const feed = await atom(form("atom"));
      const twin = await json(form("json"));
      expect(feed.entry.length, form("atom")).toBeGreaterThan(0);
      expect(twin.items.map(({ id }) => id)).toEqual(feed.entry.map(({ id }) => id));
      expect(twin.title).toBe(feed.title);
      expect(new Set(feed.entry.map(({ id }) => id)).size).toBe(feed.entry.length);
      const own = feed.link.find((link) => link["@rel"] === "self")?.["@href"] ?? "";
      expect((await atom(own.replace(site, ""))).id).toBe(feed.id);
      expect(feed.id.startsWith(`${site}${path || "/"}`)).toBe(true);
    }
  });

  it("hold imported papers with their source, safely", async () => {
    const [entry] = (await atom("/feed.atom?view=newest&field=model-merging")).entry;
    expect(entry).toMatchObject({
      id: `${site}/arxiv/2611.00002`,
      title: "Soup ]]> <script>alert(1)</script> & α \u202Eodd\u202C",
      author: [{ name: "Ann & Bob" }, { name: "Çelik" }],
      published: "2026-11-03T00:00:00.000Z",
      updated: "2026-11-03T00:00:00.000Z",
      summary: "We stir <b>soups</b> in O(n²). (The authors’ abstract, from arXiv.)",
    });
    expect(entry?.category.map((own) => own["@label"])).toEqual(["Model merging", "cs.LG", "stat.ML"]);
    const html = entry?.content["#text"] ?? "";
    expect(html).toContain("&#60;b&#62;soups");
    expect(html).toContain("The authors’ abstract, from arXiv.");
    const own = await (await fetch(`${server.url}/api/v1/papers/2611.00002`)).json();
    expect(own).toMatchObject({ abstract: "We stir <b>soups</b> in $O(n^2)$.", abstractSource: "arxiv" });
    expect(html.replace(/<\/?(?:p|em)>|<a href="https:[^"<>]*">|<\/a>/g, "")).not.toMatch(/[<>]/);
  });

  it("count as changed when a newer version comes", async () => {
    const newer = { version: 2, updated: "2026-12-05T10:00:00Z", abstract: "We stir them twice." };
    await importPapers(server.store.db, [{ ...soup, ...newer }], "arxiv");
    const [entry] = (await atom("/feed.atom?view=newest&field=model-merging")).entry;
    expect(entry).toMatchObject({ published: "2026-11-03T00:00:00.000Z", updated: "2026-12-05T10:00:00.000Z" });
    expect(entry?.summary).toContain("twice");
  });

  it("say what the claim is and how it came out, and change when that does", async () => {
    const path = "/fields/ranking-and-rewards/feed.atom";
    const find = async (): Promise<Entry | undefined> =>
      (await atom(path)).entry.find(({ link }) => link[0]?.["@href"] === `${site}/papers/system-ranking`);
    const before = await find();
    const card = catalogue.find((paper) => paper.card.slug === "system-ranking")?.card;
    expect(before?.id).toBe(`${site}/arxiv/${card?.arxiv}`);
    expect(before?.content["#text"]).toContain("Not measured here yet");
    const run = { slug: "system-ranking", state: "done", verdict: "holds" } as const;
    const first = new Date("2026-12-20T08:00:00Z");
    await insertRun(server.store.db, someRun({ ...run, finished: first }));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // verdicts are kept for a second
    const measured = await find();
    expect(measured?.updated).toBe(first.toISOString());
    expect(measured?.content["#text"]).toMatch(/<strong>Claim:<\/strong> .*\n.*holds, since 20 December 2026/);
    const etag = (await fetch(server.url + path)).headers.get("etag");
    await insertRun(server.store.db, someRun({ ...run, finished: new Date("2026-12-21T08:00:00Z") }));
    expect((await fetch(server.url + path)).headers.get("etag")).toBe(etag);
  });

  it("are not sent again to who has them, can be had as heads, and set no cookie", async () => {
    for (const path of ["/feed.atom", "/search/feed.json?q=merging"]) {
      const response = await fetch(server.url + path, { headers: { Accept: "text/html" } });
      expect(response.headers.get("set-cookie")).toBeNull();
      expect(response.headers.get("cache-control")).toBe("public, max-age=300");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      const again = await fetch(server.url + path, {
        headers: { "If-None-Match": response.headers.get("etag") ?? "" },
      });
      expect([again.status, await again.text()]).toEqual([304, ""]);
      const head = await fetch(server.url + path, { method: "HEAD" });
      expect([head.status, head.headers.get("etag"), await head.text()]).toEqual([
        200,
        response.headers.get("etag"),
        "",
      ]);
    }
    const told = (await fetch(`${server.url}/SEARCH/feed.atom/?q=merging`)).headers;
    expect(told.get("ratelimit-policy")).toMatch(/^"feeds"; q=1200; w=60/);
    expect(told.get("access-control-expose-headers")).toContain("RateLimit");
    const post = await fetch(`${server.url}/feed.atom`, { method: "POST" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("are empty where nothing is found, and refused where nothing is asked or known", async () => {
    const nothing = await atom("/search/feed.atom?q=zzzzqqqq");
    expect([nothing.entry, nothing.title]).toEqual([[], "Search: zzzzqqqq · livepapers"]);
    expect((await json("/search/feed.json?q=%22%3Cb%3E%5D%5D%3E%01")).items).toEqual([]);
    const refused = async (path: string): Promise<[number, string]> => {
      const response = await fetch(server.url + path);
      return [response.status, ((await response.json()) as { detail: string }).detail];
    };
    expect(await refused("/search/feed.atom")).toEqual([400, expect.stringContaining("?q=")]);
    expect(await refused("/search/feed.atom?q=%20")).toEqual([400, expect.stringContaining("?q=")]);
    expect((await refused(`/search/feed.json?q=${"a".repeat(401)}`))[0]).toBe(400);
    expect(await refused("/fields/model-mergin/feed.atom")).toEqual([404, expect.stringContaining("model-merging")]);
    expect((await refused("/feed.json?field=nothing"))[0]).toBe(404);
    expect(await refused("/feed.atom?view=year")).toEqual([400, expect.stringContaining("newest")]);
    for (const query of ["view=day&when=9999-12-31", "view=week&when=9999-W52", "view=month&when=0000-01"]) {
      expect((await atom(`/feed.atom?${query}`)).entry.length, query).toBeGreaterThan(0);
    }
  });
});
