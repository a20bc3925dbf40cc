import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type AnyTool, defineTool, type InputSpec } from "../kit/paper.ts";
import { assignInputs, jobFiles } from "./inputs.ts";

function tool(...inputs: (Partial<InputSpec> & { name: string })[]): AnyTool {
  return defineTool({
    name: "test",
    summary: "Does nothing.",
    inputs: inputs.map((input) => ({ description: `the ${input.name}`, accepts: [".csv"], ...input })),
    options: z.object({}),
    example: "",
    sample: async () => ({ files: [] }),
    apply: async () => ({ summary: "" }),
  });
}

const merging = tool({ name: "models", many: true }, { name: "fishers", many: true, optional: true });
const text = tool({ name: "text" }, { name: "pattern" }, { name: "extra", optional: true });

describe("paths by role", () => {
  it("fills roles in order", () => {
    expect(assignInputs(text, ["a", "b"], {})).toEqual({ text: ["a"], pattern: ["b"], extra: [] });
    expect(assignInputs(text, ["a", "b", "c"], {})).toEqual({ text: ["a"], pattern: ["b"], extra: ["c"] });
  });

  it("gives a role of many files what is left", () => {
    expect(assignInputs(merging, ["a", "b", "c"], {})).toEqual({ models: ["a", "b", "c"], fishers: [] });
    expect(assignInputs(merging, ["a", "b"], { fishers: ["f", "g"] })).toEqual({
      models: ["a", "b"],
      fishers: ["f", "g"],
    });
    const last = tool({ name: "models", many: true }, { name: "validation" });
    expect(assignInputs(last, ["a", "b", "v"], {})).toEqual({ models: ["a", "b"], validation: ["v"] });
  });

  it("passes over roles named by flags", () => {
    expect(assignInputs(text, ["b"], { text: ["a"] })).toEqual({ text: ["a"], pattern: ["b"], extra: [] });
  });

  it("refuses one input too many, one too few, and standard input twice", () => {
    expect(() => assignInputs(text, ["a", "b", "c", "d"], {})).toThrow(
      '"d" is one input too many. The inputs are --text',
    );
    expect(() => assignInputs(text, ["a"], {})).toThrow("no file was given for pattern: the pattern (.csv)");
    expect(() => assignInputs(tool(), ["a"], {})).toThrow("This tool takes no files");
    expect(() => assignInputs(text, ["-", "-"], {})).toThrow("can be read only once");
  });

  it("loses and doubles no path", () => {
    const specs = fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[a-z]{1,6}$/), many: fc.boolean(), optional: fc.boolean() }),
      { selector: ({ name }) => name, maxLength: 5 },
    );
    fc.assert(
      fc.property(specs, fc.integer({ min: 0, max: 8 }), (inputs, count) => {
        const paths = Array.from({ length: count }, (_, i) => `p${i}`);
        let roles: Record<string, string[]>;
        try {
          roles = assignInputs(tool(...inputs), paths, {});
        } catch (error) {
          expect((error as Error).name).toBe("BadInput");
          return;
        }
        expect(Object.values(roles).flat()).toEqual(paths);
        for (const spec of inputs) {
          const given = roles[spec.name] ?? [];
          expect(given.length).toBeGreaterThanOrEqual(spec.optional ? 0 : 1);
          expect(given.length).toBeLessThanOrEqual(spec.many ? count : 1);
        }
      }),
    );
  });
});

describe("files for a job", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "livepapers-inputs-"));
    await writeFile(join(folder, "a.csv"), "x\n1\n");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("names files by their last part", async () => {
    const files = await jobFiles(text, { text: [join(folder, "a.csv")], pattern: ["-"] }, "stdin.csv");
    expect(files).toEqual({
      text: [{ name: "a.csv", path: join(folder, "a.csv") }],
      pattern: [{ name: "stdin.csv", stdin: true }],
      extra: [],
    });
  });

  it("refuses what is not there, and folders", async () => {
    await expect(jobFiles(text, { text: [join(folder, "b.csv")] })).rejects.toThrow("there is no such file");
    await expect(jobFiles(text, { text: [folder] })).rejects.toThrow("this is a folder");
  });
});
