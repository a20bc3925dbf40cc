import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunEvent, Verdict } from "../kit/paper.ts";
import type { ClaimJob, Outcome } from "../runs/types.ts";
import type { Execute } from "./context.ts";
import { cli, someVerdict } from "./testing.ts";

const events: RunEvent[] = [
  { type: "progress", fraction: 0.5, message: "seed 1 of 2" },
  {
    type: "table",
    name: "errors",
    title: "Errors",
    columns: [
      { key: "rule", label: "rule" },
      { key: "error", label: "error" },
    ],
    rows: [],
  },
  { type: "note", markdown: "A *note* with $\\phi$." },
  {
    type: "chart",
    name: "errors",
    alt: "Error & rule.",
    spec: {
      data: { values: [{ a: 1, b: 2 }] },
      mark: "bar",
      encoding: { x: { field: "a" }, y: { field: "b", type: "quantitative" } },
    },
  },
  {
    type: "table",
    name: "errors",
    title: "Errors",
    columns: [
      { key: "rule", label: "rule" },
      { key: "error", label: "error" },
    ],
    rows: [{ rule: "borda", error: 0.125 }],
  },
];

const run: Execute = async (_job, { onEvent }) => {
  for (const [i, event] of events.entries()) onEvent?.({ seq: i + 1, at: i, event });
  return { status: "done", verdict: someVerdict };
};

function outcomeOf(outcome: Verdict["outcome"]): Outcome {
  return { status: "done", verdict: { outcome, parts: [] } };
}

describe("livepapers reproduce", () => {
  it("prints exactly one JSON document", async () => {
    const { status, out } = await cli(["reproduce", "system-ranking", "--draws", "20", "--seed", "7", "--json"], {
      execute: run,
    });
    expect(status).toBe(3);
    const document = JSON.parse(out);
    expect(Object.keys(document)).toEqual([
      "slug",
      "scale",
      "seed",
      "params",
      "verdict",
      "tables",
      "durationMs",
      "version",
    ]);
    expect(document).toMatchObject({
      slug: "system-ranking",
      scale: "quick",
      seed: 7,
      params: { draws: 20, ablate: "none" },
      verdict: someVerdict,
    });
    expect(document.tables).toEqual([
      {
        name: "errors",
        title: "Errors",
        columns: events[4]?.type === "table" ? events[4].columns : [],
        rows: [{ rule: "borda", error: 0.125 }],
      },
    ]);
  });

  it("hands the executor a complete job", async () => {
    const { jobs } = await cli(["reproduce", "--scale", "full", "system-ranking", "--ablate=ranks"]);
    expect(jobs[0]?.job).toEqual({
      kind: "claim",
      slug: "system-ranking",
      scale: "full",
      seed: 1,
      params: { draws: 300, ablate: "ranks" },
    } satisfies ClaimJob);
  });

  it("prints tables, notes, then the verdict with numbers, and progress elsewhere", async () => {
    const { out, err } = await cli(["reproduce", "system-ranking"], { execute: run });
    const order = [
      "Errors",
      "borda",
      "A note with φ.",
      "Verdict: ◐ partly holds  1 of 2 required parts",
      "gain > 0",
      "0.118 [0.092, 0.145]",
      "gain: 0.1 (Table 1)",
      "slope < 1",
    ];
    const places = order.map((piece) => out.indexOf(piece));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(out).not.toContain("seed 1 of 2");
    expect(err).toMatch(/^ 50 % {2}seed 1 of 2 /);
  });

  it("exits 0, 3, 1, 2 and 130", async () => {
    const line = ["reproduce", "system-ranking"];
    const statusOf = async (outcome: Outcome): Promise<number> => (await cli(line, { outcome })).status;
    expect(await statusOf(outcomeOf("holds"))).toBe(0);
    for (const outcome of ["partly holds", "does not hold", "inconclusive"] as const)
      expect(await statusOf(outcomeOf(outcome))).toBe(3);
    expect(await statusOf({ status: "failed", message: "The run failed." })).toBe(1);
    expect(await statusOf({ status: "limit", message: "Too long." })).toBe(1);
    expect(await statusOf({ status: "bad input", message: "x: no." })).toBe(2);
    const stop = AbortSignal.abort();
    const { status, out, err } = await cli(line, { outcome: { status: "cancelled", message: "x" }, signal: stop });
    expect({ status, out, err }).toEqual({ status: 130, out: "", err: "livepapers: stopped; no file was written.\n" });
  });

  it.each([
    [["--draws", "3"], "--draws: 3 is not a whole number from 10 to 2000."],
    [["--draws", "many"], '--draws: "many" is not a whole number from 10 to 2000.'],
    [["--ablate", "all"], '--ablate: "all" is not one of none, ranks, levels.'],
    [["--drws", "3"], "there is no parameter --drws. Did you mean --draws?"],
    [["--scale", "huge"], '--scale: "huge" is not one of quick, full.'],
    [["--seed", "1.5"], '--seed: "1.5" is not a whole number from 0 to 4294967295.'],
    [["--seed"], '--seed: a value is missing. See "livepapers reproduce --help".'],
    [["11"], '"11" is one argument too many.'],
  ])("refuses %j in one sentence", async (words, sentence) => {
    const { status, out, err, jobs } = await cli(["reproduce", "system-ranking", ...words]);
    expect({ status, out, jobs }).toEqual({ status: 2, out: "", jobs: [] });
    expect(err).toContain(sentence);
    expect(err.trimEnd()).not.toContain("\n");
  });

  it("refuses a paper that is not runnable, and one that is not there", async () => {
    expect((await cli(["reproduce", "system-rank"])).err).toContain('Did you mean "system-ranking"?');
    expect((await cli(["reproduce"])).err).toContain("reproduce needs the slug of a paper");
  });
});

describe("livepapers reproduce --out", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "livepapers-report-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("writes a page that needs nothing else, the record and the charts", async () => {
    const out = join(folder, "a", "report");
    expect((await cli(["reproduce", "system-ranking", "--out", out], { execute: run })).status).toBe(3);
    expect((await readdir(out)).sort()).toEqual(["errors.svg", "report.html", "report.json"]);
    expect(await readdir(join(folder, "a"))).toEqual(["report"]);
    const html = await readFile(join(out, "report.html"), "utf8");
    expect(html).not.toMatch(/<script|<link|<iframe|@import|url\(|<img|javascript:/i);
    expect(html.match(/(?:src|href)="[^"]*"/g)?.every((link) => link.startsWith('href="https://arxiv.org/'))).toBe(
      true,
    );
    expect(html).toContain("prefers-color-scheme: dark");
    expect(html).toContain("<title>Error &amp; rule.</title>");
    expect(html).toContain("livepapers reproduce system-ranking --scale quick --seed 1 --draws 60 --ablate none");
    expect(html).toContain("partly holds");
    const svg = await readFile(join(out, "errors.svg"), "utf8");
    expect(svg).toMatch(/^<svg[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const record = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
    expect(record).toMatchObject({
      slug: "system-ranking",
      verdict: someVerdict,
      charts: [{ name: "errors" }],
      notes: [expect.any(String)],
    });
  });

  it("writes into a folder that is there, and leaves nothing when the run fails", async () => {
    const there = await mkdtemp(join(folder, "there-"));
    await cli(["reproduce", "system-ranking", "--out", there], { execute: run });
    expect(await readdir(there)).toContain("report.html");
    const failed = join(folder, "failed");
    await cli(["reproduce", "system-ranking", "--out", failed], { outcome: { status: "failed", message: "x" } });
    expect((await readdir(folder)).filter((name) => name.includes("failed"))).toEqual([]);
  });

  it("refuses a file and a place that cannot be written, before it runs", async () => {
    const file = join(folder, "there-is-a-file");
    await (await import("node:fs/promises")).writeFile(file, "");
    const { status, err, jobs } = await cli(["reproduce", "system-ranking", "--out", file]);
    expect({ status, jobs }).toEqual({ status: 2, jobs: [] });
    expect(err).toContain("this is a file and a folder is wanted");
    expect((await cli(["reproduce", "system-ranking", "--out", join(file, "below")])).status).toBe(2);
  });
});
