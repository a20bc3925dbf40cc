import type { FieldId } from "../kit/fields.ts";

/** What a paper's new files say until somebody writes them; the test looks for it. */
const unwritten = "To be written";

function card(slug: string, field: FieldId, listed: string): string {
  return `import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "${slug}",
    title: "${unwritten}",
    authors: [],
    year: ${listed.slice(0, 4)},
    arxiv: "",
    field: "${field}",
    listed: "${listed}",
    summary: "${unwritten}",
    keywords: [],
    claim: {
      words: "${unwritten}",
      parts: [{ name: "headline", required: true, words: "${unwritten}", inequality: "${unwritten}" }],
    },
    reported: [],
    tool: "${unwritten}",
    where: "anywhere",
  },
  // Open the doors when claim.ts and tool.ts are written: until then the site says "not runnable yet".
  // claim: () => import("./claim.ts"),
  // tool: () => import("./tool.ts"),
});
`;
}

function method(slug: string, name: string): string {
  return `/**
 * ${unwritten}: what it computes, with the formula ($y = f(x)$), shapes, units, errors, and the paper's section.
 */
export function ${name}(values: readonly number[]): number {
  throw new Error(\`${slug}: the method is not written yet (\${values.length} values given)\`);
}
`;
}

function claim(name: string, slug: string): string {
  return `import { z } from "zod";
import { defineClaim } from "../../../kit/paper.ts";
import { meanInterval } from "../../../kit/stats.ts";
import { exceeds, measured, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { ${name} } from "./${slug}.ts";

const params = z.object({
  seeds: z.number().int().min(2).max(100).describe("Independent repetitions"),
});

/** ${unwritten}: what is measured, against which baselines. */
export const claim = defineClaim({
  params,
  scales: { quick: { seeds: 4 }, full: { seeds: 16 } },
  async reproduce({ seeds }, run) {
    const gains: number[] = [];
    for (let i = 0; i < seeds; i++) {
      run.progress(i / seeds, \`seed \${i + 1} of \${seeds}\`);
      const random = run.random.fork(i);
      const data = Array.from({ length: 100 }, () => random.float());
      const baseline = 0;
      gains.push(${name}(data) - baseline);
      await run.breathe();
    }
    const gain = meanInterval(gains);
    return verdict(paper.card, run.scale, {
      headline: { outcome: exceeds(gain, 0), measured: [measured("gain over the baseline", gain)] },
    });
  },
});
`;
}

function tool(name: string, slug: string): string {
  return `import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool } from "../../../kit/paper.ts";
import { cellNumberRequired, columnIndex, readTable } from "../../../kit/tables.ts";
import { ${name} } from "./${slug}.ts";

const options = z.object({
  column: z.string().default("value").describe("Column of the numbers"),
});

export const tools = [
  defineTool({
    name: "apply",
    summary: "${unwritten}",
    inputs: [{ name: "table", description: "A table with one number a row", accepts: [".csv", ".tsv", ".jsonl"] }],
    options,
    example: "numbers.csv --column value --out result.csv",
    async sample() {
      return { files: [{ input: "table", name: "numbers.csv", content: "value\\n1\\n2\\n3\\n" }] };
    },
    async apply({ table: files = [] }, { column }, run) {
      const [file] = files;
      if (!file) throw new BadInput("no table was given");
      const table = await readTable(file);
      const at = columnIndex(table, column);
      const values = table.rows.map((_, row) => cellNumberRequired(table, row, at));
      const result = ${name}(values);
      const output = await run.output("result.csv", "text/csv");
      await output.write(\`result\\n\${result}\\n\`);
      await output.close();
      return { summary: \`\${values.length} numbers read; the result is \${result}.\` };
    },
  }),
];
`;
}

function test(name: string, slug: string): string {
  return `import { describe, expect, it } from "vitest";
import { applySample, runClaim } from "../../../kit/testing.ts";
import paper from "./card.ts";
import { claim } from "./claim.ts";
import { ${name} } from "./${slug}.ts";
import { tools } from "./tool.ts";

/** Every test fails until its file is written. Replace them with tests of what the paper says as you go. */
describe("${slug}", () => {
  it("card.ts: write title, authors, arXiv id, summary, claim and reported figures", () => {
    expect(JSON.stringify(paper.card)).not.toContain("${unwritten}");
    expect(paper.card.authors).not.toEqual([]);
    expect(paper.card.arxiv).toMatch(/^\\d{4}\\.\\d{4,5}$/);
    expect(paper.card.reported).not.toEqual([]);
  });

  it("${slug}.ts: write the method; test it against a closed form or brute force", () => {
    expect(() => ${name}([1, 2, 3])).not.toThrow();
  });

  it("claim.ts: write the experiment; a claim that cannot fail is a defect, so test an ablation that flips it", async () => {
    const { verdict } = await runClaim(claim);
    expect(verdict.outcome).toBe("holds");
  });

  it("tool.ts: write the tool; its sample must work with one click", async () => {
    for (const tool of tools) expect(Object.keys((await applySample(tool)).outputs)).not.toEqual([]);
  });

  it("card.ts: open the doors to claim.ts and tool.ts", () => {
    expect(paper.claim).toBeDefined();
    expect(paper.tool).toBeDefined();
  });
});
`;
}

/** The files of a new paper by name. */
export function paperFiles(slug: string, name: string, field: FieldId, today = new Date()): Record<string, string> {
  return {
    "card.ts": card(slug, field, today.toISOString().slice(0, 10)),
    [`${slug}.ts`]: method(slug, name),
    "claim.ts": claim(name, slug),
    "tool.ts": tool(name, slug),
    [`${slug}.test.ts`]: test(name, slug),
  };
}
