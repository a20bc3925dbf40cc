import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool, type ParamSchema } from "../kit/paper.ts";
import { getPaper } from "../papers/catalogue.ts";
import type { Job } from "../runs/types.ts";
import { type ApplyDocument, addApply } from "./apply.ts";
import { captureText } from "./capture.ts";
import type { Cli, Execute } from "./context.ts";
import type { ToolTarget } from "./target.ts";
import { createSheet } from "./terminal/sheet.ts";
import { cli } from "./testing.ts";

/** Stands for a tool that writes two texts. */
const twoOutputs: Execute = async (_job, { sink, onEvent }) => {
  onEvent?.({
    seq: 1,
    at: 0,
    event: { type: "table", name: "t", title: "A table", columns: [{ key: "a", label: "a" }], rows: [{ a: 1 }] },
  });
  const outputs = [];
  for (const name of ["ranking.csv", "details.csv"]) {
    const file = await sink?.open(name, "text/csv");
    await file?.write(new TextEncoder().encode(`${name}\n`));
    await file?.close();
    outputs.push({ name, mediaType: "text/csv", bytes: name.length + 1, ...(file?.path ? { path: file.path } : {}) });
  }
  await sink?.commit();
  return { status: "done", summary: "Ranked 2 systems.", outputs };
};

const oneOutput: Execute = async (_job, { sink }) => {
  const file = await sink?.open("ranking.csv", "text/csv");
  await file?.write(new TextEncoder().encode("system,rank\na,1\n"));
  await file?.close();
  await sink?.commit();
  return {
    status: "done",
    summary: "Ranked 1 system.",
    outputs: [{ name: "ranking.csv", mediaType: "text/csv", bytes: 16, ...(file?.path ? { path: file.path } : {}) }],
  };
};

/** A paper with two tools, as the catalogue would give it. */
function twoTools(word?: string): ToolTarget {
  const tool = (name: string, options: ParamSchema) =>
    defineTool({
      name,
      summary: `Does ${name}.`,
      inputs: [{ name: "log", description: "A log", accepts: [".csv"] }],
      options,
      example: name === "audit" ? "audit rounds.csv --out report.csv" : "rounds.csv",
      sample: async () => ({ files: [] }),
      apply: async () => ({ summary: "" }),
    });
  const cutoff = z.object({ cutoff: z.number().default(50).describe("Cut-off") });
  const tools = [tool("weights", cutoff), tool("audit", z.object({}))] as const;
  const paper = getPaper("system-ranking");
  const named = tools.find(({ name }) => name === word);
  return { paper, tools, tool: named ?? tools[0], named: named !== undefined };
}

function helpOf(target: ToolTarget): string {
  const program = new Command("livepapers");
  let out = "";
  const sheet = createSheet(() => {});
  const world = { out: sheet, err: sheet } as unknown as Cli; // help needs no more of it
  addApply(program, world, { status: 0 }, target);
  const command = program.commands[0]?.configureOutput({
    writeOut: (text) => {
      out += text;
    },
  });
  command?.outputHelp();
  return out;
}

describe("a paper with more than one tool", () => {
  it("explains the tool that is named, or the first, and names them all", () => {
    const first = helpOf(twoTools());
    expect(first).toMatch(/^Usage: livepapers apply system-ranking \[weights\|audit\] \[input\.\.\.\] \[options\]/);
    expect(first).toContain("--cutoff <number>");
    expect(first).toContain("weights (the default): Does weights.");
    expect(first).toContain("livepapers apply system-ranking weights rounds.csv");
    const second = helpOf(twoTools("audit"));
    expect(second).toMatch(/^Usage: livepapers apply system-ranking audit /);
    expect(second).not.toContain("--cutoff");
    expect(second).toContain("  livepapers apply system-ranking audit rounds.csv --out report.csv");
  });

  it("is run by the name, which is no input", async () => {
    const jobs: Job[] = [];
    const line = async (target: ToolTarget, ...words: string[]): Promise<void> => {
      const sheet = createSheet(() => {});
      const world: Cli = {
        out: sheet,
        err: sheet,
        stdout: captureText().stream,
        stdin: Readable.from([Buffer.from("a\n")]),
        env: {},
        signal: new AbortController().signal,
        execute: async (job) => {
          jobs.push(job);
          return { status: "done", summary: "Done.", outputs: [] };
        },
      };
      const program = new Command("livepapers");
      addApply(program, world, { status: 0 }, target);
      await program.parseAsync(["apply", "system-ranking", ...words], { from: "user" });
    };
    await line(twoTools("audit"), "audit", "-");
    await line(twoTools(), "-", "--cutoff", "9");
    expect(jobs).toMatchObject([
      { tool: "audit", params: {} },
      { tool: "weights", params: { cutoff: 9 } },
    ]);
    await expect(line(twoTools(), "audt", "-")).rejects.toThrow(
      '"audt" is neither a tool of system-ranking nor a file. Did you mean "audit"?',
    );
    await expect(line(twoTools(), "xyz.csv")).rejects.toThrow("xyz.csv: there is no such file.");
  });
});

describe("livepapers apply", () => {
  let folder = "";
  let input = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "livepapers-apply-"));
    input = join(folder, "scores.csv");
    await writeFile(input, "system,x\na,1\nb,2\n");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("writes a text to standard output and everything else to standard error", async () => {
    const { status, out, err } = await cli(["apply", "system-ranking", input], { execute: oneOutput });
    expect({ status, out }).toEqual({ status: 0, out: "system,rank\na,1\n" });
    expect(err).toContain("Ranked 1 system.");
  });

  it("hands over files, complete options and a seed", async () => {
    const words = ["apply", "system-ranking", "--rule", "borda", "--seed", "9", "--scores", input];
    const { jobs } = await cli(words, { execute: oneOutput });
    expect(jobs[0]?.options.files).toEqual({ scores: [{ name: "scores.csv", path: input }] });
    expect(jobs[0]?.job).toMatchObject({
      kind: "tool",
      slug: "system-ranking",
      tool: "rank",
      seed: 9,
      params: { rule: ["borda"], level: "two" },
    });
  });

  it("reads standard input as -, all of it, and names it by what it begins with", async () => {
    const read: string[] = [];
    const execute: Execute = async (job, options) => {
      for await (const chunk of options.stdin ?? []) read.push(new TextDecoder().decode(chunk));
      return oneOutput(job, options);
    };
    const { jobs } = await cli(["apply", "system-ranking", "-"], { execute, stdin: "system,a\nx,1\n" });
    expect(read.join("")).toBe("system,a\nx,1\n");
    expect(jobs[0]?.options.files).toEqual({ scores: [{ name: "stdin.csv", stdin: true }] });
  });

  it("writes files with --out, the summary to standard output, and does not overwrite", async () => {
    const target = join(folder, "result.csv");
    const line = ["apply", "system-ranking", input, "--out", target];
    const { status, out, err } = await cli(line, { execute: twoOutputs });
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("A table");
    expect(out).toContain("Ranked 2 systems.");
    expect(out).toContain(`Wrote ${target}, `);
    expect(await readFile(target, "utf8")).toBe("ranking.csv\n");
    expect(await readdir(folder)).toHaveLength(3);
    const again = await cli(line, { execute: twoOutputs });
    expect({ status: again.status, out: again.out, jobs: again.jobs }).toEqual({ status: 2, out: "", jobs: [] });
    expect(again.err).toContain("--force");
    expect((await cli([...line, "--force"], { execute: twoOutputs })).status).toBe(0);
  });

  it("prints exactly one JSON document with the text in it", async () => {
    const { out } = await cli(["apply", "system-ranking", input, "--json"], { execute: oneOutput });
    const document = JSON.parse(out) as ApplyDocument;
    expect(Object.keys(document)).toEqual([
      "slug",
      "tool",
      "options",
      "summary",
      "outputs",
      "tables",
      "durationMs",
      "version",
    ]);
    expect(document.outputs).toEqual([
      { name: "ranking.csv", mediaType: "text/csv", bytes: 16, path: null, text: "system,rank\na,1\n" },
    ]);
    const target = join(folder, "json.csv");
    const written = await cli(["apply", "system-ranking", input, "--json", "--out", target], { execute: oneOutput });
    expect((JSON.parse(written.out) as ApplyDocument).outputs).toEqual([
      { name: "ranking.csv", mediaType: "text/csv", bytes: 16, path: target },
    ]);
  });

  it.each([
    [[], "no file was given for scores"],
    [["a.csv", "b.csv"], '"b.csv" is one input too many'],
    [["nowhere/a.csv"], "nowhere/a.csv: there is no such file."],
    [["-", "--rule", "best"], "--rule: "],
    [["-", "--bootsrap", "5"], "there is no option --bootsrap. Did you mean --bootstrap?"],
    [["-", "--seed", "x"], '--seed: "x" is not a whole number'],
    [["-", "--out", ""], "--out"],
  ])("refuses %j in one sentence", async (words, sentence) => {
    const { status, out, err, jobs } = await cli(["apply", "system-ranking", ...words], { execute: oneOutput });
    expect({ status, out, jobs }).toEqual({ status: 2, out: "", jobs: [] });
    expect(err).toContain(sentence);
    expect(err.trimEnd()).not.toContain("\n");
  });

  it("passes on what a tool refuses", async () => {
    const outcome = {
      status: "bad input",
      message: "scores.csv, line 3: the row has 1 cells and the header 2.",
    } as const;
    const { status, err } = await cli(["apply", "system-ranking", input], { outcome });
    expect({ status, err }).toEqual({ status: 2, err: `livepapers: ${outcome.message}\n` });
  });
});

describe("--sample", () => {
  const run = async (...words: string[]): Promise<{ job: Job; names: string[] }> => {
    const paper = getPaper("system-ranking");
    const { tools } = (await paper.tool?.()) ?? { tools: [] };
    const [tool] = tools;
    if (!tool) throw new Error("system-ranking has a tool");
    let seen: { job: Job; names: string[] } | undefined;
    const sheet = createSheet(() => {});
    const world: Cli = {
      ...{ out: sheet, err: sheet, env: {}, stdout: captureText().stream, stdin: Readable.from([]) },
      signal: new AbortController().signal,
      execute: async (job, { files = {}, onEvent } = {}) => {
        const spec = {
          data: { values: [{ a: 1 }] },
          mark: "point",
          encoding: { x: { field: "a", type: "quantitative" } },
        };
        onEvent?.({ seq: 1, at: 0, event: { type: "chart", name: "wins", spec, alt: "Who wins." } });
        seen = { job, names: Object.values(files).flatMap((given) => given.map(({ name }) => name)) };
        return { status: "done", summary: "Done.", outputs: [] };
      },
    };
    const program = new Command("livepapers");
    addApply(program, world, { status: 0 }, { paper, tools, tool, named: false });
    await program.parseAsync(["apply", "system-ranking", ...words], { from: "user" });
    if (!seen) throw new Error("nothing ran");
    return seen;
  };

  it("runs on the tool's own sample, or on an example by name, with options of the reader's", async () => {
    expect((await run("--sample")).names).toEqual(["xtreme.csv"]);
    const { job, names } = await run("--sample", "long-range-arena", "--bootstrap", "0");
    expect(names).toEqual(["long-range-arena.csv"]);
    expect(job.params).toMatchObject({ bootstrap: 0 });
  });

  it("may write the charts as pictures", async () => {
    const folder = await mkdtemp(join(tmpdir(), "livepapers-charts-"));
    const charts = join(folder, "charts");
    await run("--sample", "--charts", charts);
    expect(await readdir(charts)).toEqual(["wins.svg"]);
    expect(await readFile(join(charts, "wins.svg"), "utf8")).toMatch(/^<svg[^>]*role="img"><title>Who wins/);
    await expect(run("--sample", "--charts", join(charts, "wins.svg"))).rejects.toThrow("a folder is wanted");
    await rm(folder, { recursive: true });
  });

  it("takes no other files, and names the examples there are", async () => {
    await expect(run("scores.csv", "--sample")).rejects.toThrow('"scores.csv" was given beside --sample');
    await expect(run("--sample", "long-range-aren")).rejects.toThrow('Did you mean "long-range-arena"?');
  });
});

describe("a module of one's own", () => {
  it("is handed over as a module, by its address and not among the options", async () => {
    const folder = await mkdtemp(join(tmpdir(), "livepapers-own-"));
    try {
      const [data, cost] = [join(folder, "t.csv"), join(folder, "cost.ts")];
      await writeFile(data, "a\n1\n2\n");
      await writeFile(cost, "");
      const line = ["apply", "auto-coreset", data, "--out", join(folder, "out.csv")];
      const { jobs } = await cli([...line, "--cost", cost], { execute: oneOutput });
      expect(jobs[0]?.options.modules).toEqual({ cost: pathToFileURL(cost).href });
      expect(JSON.stringify(jobs[0]?.job)).not.toContain("cost");
      const plain = await cli([...line, "--force"], { execute: oneOutput });
      expect(plain.jobs[0]?.options).not.toHaveProperty("modules");
      const refused = async (...more: string[]) => (await cli([...line, ...more], { execute: oneOutput })).err;
      expect(await refused("--cost", join(folder, "none.js"))).toContain("there is no such file");
      expect(await refused("--cost", data)).toContain("It ends in .js, .mjs or .ts.");
      expect((await cli(["apply", "auto-coreset", "--help"])).out).toMatch(/Your own code:\s+--cost <path>/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
