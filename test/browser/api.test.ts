import { describe, expect, it } from "vitest";
import { testSite } from "./site.ts";

const site = testSite();

interface Problem {
  title: string;
  status: number;
  detail: string;
  where?: string;
}

async function refused(path: string, init: RequestInit): Promise<Problem> {
  const response = await fetch(site.url + path, init);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  expect(problem.detail).toMatch(/[.?]$/);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:\d/);
  return problem;
}

const json = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

describe("the API", () => {
  it("gives the catalogue, and the schemas of a paper", async () => {
    const papers = (await (await fetch(`${site.url}/api/papers`)).json()) as { slug: string; runnable: boolean }[];
    expect(papers.find((paper) => paper.slug === "system-ranking")).toMatchObject({ runnable: true });
    const paper = (await (await fetch(`${site.url}/api/papers/system-ranking`)).json()) as {
      parameters: { schema: { properties: Record<string, unknown> } };
      tools: { name: string; options: { properties: Record<string, unknown> } }[];
    };
    expect(Object.keys(paper.parameters.schema.properties)).toContain("draws");
    expect(paper.tools[0]?.options.properties).toHaveProperty("rule");
  });

  it("answers 400 to what it cannot read", async () => {
    expect((await refused("/api/runs", json("{"))).status).toBe(400);
    expect((await refused("/api/runs", json({ kind: "party" }))).status).toBe(400);
    expect((await refused("/api/runs", json({ kind: "claim" }))).detail).toContain("slug");
    // As under /api/v1.
    for (const [name, value] of Object.entries({ seed: -1, scale: "huge" })) {
      const job = { kind: "claim", slug: "system-ranking", [name]: value };
      expect(await refused("/api/runs", json(job))).toMatchObject({
        status: 400,
        detail: expect.stringContaining(name),
      });
    }
    const form = { method: "POST", headers: { "Content-Type": "multipart/form-data; boundary=x" }, body: "nothing" };
    expect((await refused("/api/runs", form)).status).toBe(400);
  });

  it("answers 404 for what there is not, with the nearest", async () => {
    const paper = await refused("/api/runs", json({ kind: "claim", slug: "system-rankin" }));
    expect(paper).toMatchObject({ status: 404, detail: expect.stringContaining("system-ranking") });
    for (const path of ["/api/runs/none", "/api/runs/none/events", "/api/runs/none/outputs/a", "/api/nothing"]) {
      expect((await refused(path, {})).status).toBe(404);
    }
    expect((await refused("/api/runs/none/cancel", { method: "POST" })).status).toBe(404);
  });

  it("answers 422 to a parameter that does not fit, and names it", async () => {
    const ask = (params: unknown) => refused("/api/runs", json({ kind: "claim", slug: "system-ranking", params }));
    expect(await ask({ draws: 3 })).toMatchObject({ status: 422, where: "--draws" });
    expect((await ask({ drows: 30 })).detail).toContain("--draws");
    expect((await refused("/api/runs", json({ kind: "claim", slug: "fedau" }))).status).toBe(422);
    const seed = await refused("/api/runs", json({ kind: "claim", slug: "system-ranking", seed: "-1" }));
    expect(seed.where).toBe("--seed");
    expect((await refused("/api/runs", json({ kind: "tool", slug: "system-ranking" }))).detail).toContain("file");
  });

  it("answers 413 to an upload over the limit, and says the limit", async () => {
    const form = new FormData();
    form.set("job", JSON.stringify({ kind: "tool", slug: "system-ranking" }));
    form.append("file:scores", new Blob([new Uint8Array(17 << 20)]), "big.csv");
    const problem = await refused("/api/runs", { method: "POST", body: form });
    expect(problem).toMatchObject({ status: 413, detail: expect.stringContaining("16.0 MB") });
  });

  it("stores what ran in a browser only when it fits the paper", async () => {
    const record = { job: { kind: "claim", slug: "system-ranking" }, events: [], outcome: { status: "done" } };
    expect((await refused("/api/runs/browser", json(record))).status).toBe(422);
    const parts = [{ name: "something else", outcome: "holds", measured: [] }];
    const invented = { ...record, outcome: { status: "done", verdict: { outcome: "holds", parts } } };
    expect((await refused("/api/runs/browser", json(invented))).detail).toContain("something else");
  });

  it("takes no orders from other sites", async () => {
    const response = await fetch(`${site.url}/api/runs`, {
      ...json({ kind: "claim", slug: "system-ranking" }),
      headers: { "Content-Type": "application/json", Origin: "https://elsewhere.example" },
    });
    expect(response.status).toBe(403);
  });

  it("says that it is alive", async () => {
    expect(await (await fetch(`${site.url}/healthz`)).text()).toBe("ok\n");
  });

  it("sends scripts that no inline script can join", async () => {
    const response = await fetch(site.url);
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
    expect(policy).toContain("default-src 'self'");
    const scripts = [...(await response.text()).matchAll(/<script\b([^>]*)>/g)].map((match) => match[1] ?? "");
    expect(scripts.length).toBeGreaterThan(0);
    for (const attributes of scripts) expect(attributes).toContain(`nonce="${nonce}"`);
  });
});
