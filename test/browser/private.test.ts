import { beforeAll, describe, expect, it, vi } from "vitest";
import { problems, testSite } from "./site.ts";
import { type Visitor, visitor } from "./visitor.ts";

const site = testSite();
const table = "system,a,b,c\nsecret-alpha,0.9,71,3\nbeta,0.8,75,2\ngamma,0.7,60,1\n";
let [owner, other]: [Visitor, Visitor] = [] as never; // set before the first test
let id: string;

async function startTool(who: Visitor, name = "private name.csv"): Promise<string> {
  const form = new FormData();
  form.set("job", JSON.stringify({ kind: "tool", slug: "system-ranking" }));
  form.append("file:scores", new Blob([table]), name);
  const response = await who.fetch("/api/runs", { method: "POST", body: form });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

async function ended(who: Visitor, run: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { state } = (await (await who.fetch(`/api/runs/${run}`)).json()) as { state: string };
      expect(state).toBe("done");
    },
    { timeout: 60_000, interval: 300 },
  );
}

/** Every address that shows something of a run. */
const addresses = (run: string): string[] => [
  `/runs/${run}`,
  `/runs/${run}.data`,
  `/api/runs/${run}`,
  `/api/runs/${run}/events`,
  `/api/runs/${run}/outputs/ranking.csv`,
];

beforeAll(async () => {
  [owner, other] = [await visitor(site.url), await visitor(site.url)];
  id = await startTool(owner);
  await ended(owner, id);
});

describe("a tool's run", () => {
  it("is there for its owner", async () => {
    for (const path of addresses(id)) expect((await owner.fetch(path)).status, path).toBe(200);
    expect(await (await owner.fetch(`/runs/${id}`)).text()).toContain("private name.csv");
    expect(await (await owner.fetch(`/api/runs/${id}/outputs/ranking.csv`)).text()).toContain("secret-alpha");
  });

  it("is not there for anyone else, at any address, with any change of the cookie", async () => {
    const bare = { cookie: "", fetch: (path: string) => fetch(site.url + path) };
    const forged = {
      fetch: (path: string) =>
        fetch(site.url + path, {
          headers: { Cookie: owner.cookie.replace(/visitor=(.)/, (_, c) => `visitor=${c === "I" ? "J" : "I"}`) },
        }),
    };
    for (const who of [other, bare, forged]) {
      for (const path of addresses(id)) {
        const response = await who.fetch(path);
        const text = await response.text();
        expect(response.status === 404 || /404|There is no run/.test(text), path).toBe(true);
        expect(text).not.toMatch(/secret-alpha|private name/);
      }
    }
  });

  it("can be stopped, shared, deleted and run again by nobody else", async () => {
    for (const what of ["again", "stop", "share", "keep", "delete"]) {
      expect((await other.send(`/runs/${id}`, { do: what })).status, what).toBe(404);
    }
    expect((await other.fetch(`/api/runs/${id}/cancel`, { method: "POST" })).status).toBe(404);
    for (const path of addresses(id)) expect((await owner.fetch(path)).status, path).toBe(200);
  });

  it("stands in nobody else's lists", async () => {
    const claim = await owner.fetch("/api/runs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ kind: "claim", slug: "system-ranking", params: { draws: 10 } }),
    });
    const run = ((await claim.json()) as { id: string }).id;
    for (const path of ["/", "/claims", "/papers/system-ranking", "/papers/system-ranking/data", `/runs/${run}`]) {
      expect(await (await other.fetch(path)).text(), path).not.toContain(id);
    }
    expect(await (await other.fetch(`/runs/${run}?with=${id}`)).text()).not.toContain("secret-alpha");
    expect(((await (await other.fetch(`/api/runs/${run}`)).json()) as { mine: boolean }).mine).toBe(false);
    expect((await other.fetch(`/api/runs/${run}/cancel`, { method: "POST" })).status).toBe(403);
    expect((await other.send(`/runs/${run}`, { do: "stop" })).status).toBe(403);
    await ended(other, run);
  });

  it("is open to those who know its address while its owner shares it, without its files", async () => {
    expect((await owner.send(`/runs/${id}`, { do: "share" })).status).toBe(303);
    for (const path of addresses(id)) expect((await other.fetch(path)).status, path).toBe(200);
    for (const what of ["again", "share", "keep", "delete"]) {
      expect((await other.send(`/runs/${id}`, { do: what })).status, what).toBe(403);
    }
    expect((await other.fetch(`/api/runs/${id}/outputs/private%20name.csv`)).status).toBe(404);
    expect((await owner.send(`/runs/${id}`, { do: "keep" })).status).toBe(303);
    expect((await other.fetch(`/runs/${id}`)).status).toBe(404);
  });

  it("is gone with its files when its owner deletes it", async () => {
    const gone = await startTool(owner);
    expect((await owner.send(`/runs/${gone}`, { do: "delete" })).headers.get("location")).toBe(
      "/papers/system-ranking/data",
    );
    for (const path of addresses(gone)) {
      expect(await (await owner.fetch(path)).text(), path).not.toMatch(/secret-alpha|private name/);
    }
  });
});

describe("file names and contents", () => {
  it("never become a part of a page", async () => {
    for (const name of ["<script>alert(1)<!--.csv", `"><img src=x onerror=alert(1)>.csv`]) {
      const other = await startTool(owner, name);
      await ended(owner, other);
      const page = await (await owner.fetch(`/runs/${other}`)).text();
      expect(page).not.toMatch(/<img|<script>alert|<!--\.csv/);
      expect(page).toMatch(/&lt;(?:img src=x|script&gt;alert)/);
    }
    const run = await startTool(owner);
    await ended(owner, run);
    const output = await owner.fetch(`/api/runs/${run}/outputs/ranking.csv`);
    expect(output.headers.get("content-disposition")).toMatch(/^attachment;/);
    expect(output.headers.get("x-content-type-options")).toBe("nosniff");
    expect(output.headers.get("content-security-policy")).toContain("sandbox");
    expect(output.headers.get("cache-control")).toContain("no-store");
  });
});

describe("a record from a browser", () => {
  it("runs nothing in the pages of others, whatever it says", async () => {
    const attack = `<img src=x onerror="window.taken=1"><script>window.taken=1</script><svg onload="window.taken=1">`;
    const events = [
      {
        at: 1,
        event: {
          type: "note",
          markdown: `${attack}\n\n[x](javascript:window.taken=1)\n\n$\\href{javascript:window.taken=1}{x}$`,
        },
      },
      {
        at: 2,
        event: {
          type: "table",
          name: attack,
          title: attack,
          columns: [{ key: "a", label: attack }],
          rows: [{ a: attack }],
        },
      },
      {
        at: 3,
        event: {
          type: "chart",
          name: "c",
          alt: attack,
          spec: {
            title: attack,
            data: { values: [{ a: attack, b: 1 }] },
            mark: { type: "bar", tooltip: true },
            encoding: { x: { field: "a", title: attack }, y: { field: "b", type: "quantitative" } },
            params: [{ name: "p", expr: "window.taken = 1" }],
          },
        },
      },
    ];
    const stored = await owner.fetch("/api/runs/browser", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        job: { kind: "claim", slug: "system-ranking" },
        events,
        outcome: { status: "failed", message: attack },
        platform: attack,
      }),
    });
    expect(stored.status).toBe(201);
    const { id: run } = (await stored.json()) as { id: string };
    const page = await site.open(`/runs/${run}`);
    await page.locator(".run-output figure").first().waitFor();
    await page.waitForTimeout(1500); // the chart is drawn, or given up
    expect(await page.evaluate(() => "taken" in window)).toBe(false);
    expect(await page.locator("main img, main svg[onload], main script").count()).toBe(0);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(problems.filter((problem) => /Content Security Policy/.test(problem))).toEqual([]);
    problems.splice(0); // Vega says what it thinks of such a chart
  });
});

describe("a chart", () => {
  it("loads and links nothing in a page, even one that was stored before charts were looked through", async () => {
    const bars = {
      data: { values: [{ a: "x", b: 1 }] },
      mark: "bar",
      encoding: { x: { field: "a" }, y: { field: "b", type: "quantitative" } },
    };
    const data = "/me/data.json";
    const patch = [{ op: "add", path: "/data/0/url", value: data }];
    // The keys that are refused are stored under other names, and have their own again when the page arrives.
    const specs = [
      { ...bars, usermeta_: { embedOptions: { patch } } },
      { ...bars, usermeta_: { embedOptions: { config: data } } },
      { ...bars, data: { url_: data } },
      { ...bars, mark: { type: "image", url_: data } },
      { $schema_: "https://vega.github.io/schema/vega/v6.json", marks: [], data: [{ name: "d", url_: data }] },
      { ...bars, mark: { type: "bar", href_: data } },
    ];
    const stored = await owner.fetch("/api/runs/browser", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        job: { kind: "claim", slug: "system-ranking" },
        events: specs.map((spec, i) => ({ at: i, event: { type: "chart", name: `c${i}`, alt: "c", spec } })),
        outcome: { status: "failed", message: "." },
      }),
    });
    const { id: run } = (await stored.json()) as { id: string };
    const page = await site.open("/about");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.route(`**/runs/${run}`, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/(usermeta|url|href|\$schema)_/g, "$1");
      await route.fulfill({ response, body });
    });
    await page.goto(`${site.url}/runs/${run}`, { waitUntil: "networkidle" });
    await page.locator(".chart-place .mark-rect path").last().click();
    await page.waitForTimeout(500); // a link would be followed
    expect(asked).toContain(`/runs/${run}`);
    expect(asked).not.toContain(data);
    problems.splice(0); // Vega says what it thinks of such charts
  });
});

describe("visitors", () => {
  it("have a number of runs at a time, and are told so", async () => {
    const start = () =>
      other.fetch("/api/runs", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ kind: "claim", slug: "system-ranking", params: { draws: 2000 } }),
      });
    // At once, so that none of them has seen the others.
    const answers = await Promise.all(Array.from({ length: 7 }, start));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([202, 202, 202, 202, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(await refused?.json()).toMatchObject({ detail: expect.stringContaining("gives 4 at a time") });
    const form = await other.send("/papers/system-ranking/run", { scale: "quick", seed: "1" });
    expect(form.status).toBe(429);
    expect(await form.text()).toContain("Signed in, you may have more.");
    for (const answer of answers) {
      if (answer.status !== 202) continue;
      const { id: run } = (await answer.json()) as { id: string };
      const cancelled = await other.fetch(`/api/runs/${run}/cancel`, { method: "POST" });
      expect(await cancelled.json()).toMatchObject({ cancelled: true });
    }
  });

  it("are told by standard headers how much they may ask", async () => {
    const response = await other.fetch("/api/papers");
    expect(response.headers.get("ratelimit-policy")).toMatch(/"api"; q=1200; w=60/);
    expect(response.headers.get("ratelimit")).toMatch(/"api"; r=\d+; t=\d+/);
  });
});

describe("mail", () => {
  it("is sent for one address so many times, and then the form says so", async () => {
    const asker = await visitor(site.url);
    const answers: Response[] = [];
    for (let time = 0; time < 12; time++) answers.push(await asker.send("/sign-in", { mail: `a${time}@example.org` }));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([...Array(10).fill(303), 429, 429]);
    expect(await answers[10]?.text()).toContain("Too many forms have come from here");
    expect(answers[10]?.headers.get("ratelimit")).toMatch(/"mail"; r=0/);
    expect(Number(answers[10]?.headers.get("retry-after"))).toBeGreaterThan(60);
  });
});
