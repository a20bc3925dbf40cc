import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { camel, insertExport, scaffold } from "./scaffold.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("livepapers new", () => {
  let clone = "";
  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), "livepapers-clone-"));
    await mkdir(join(clone, "src/papers/llm-systems"), { recursive: true });
    await cp(join(root, "src/kit"), join(clone, "src/kit"), { recursive: true });
    await writeFile(
      join(clone, "src/papers/entries.ts"),
      '/** One line per paper. */\nexport { default as zeta } from "./llm-systems/zeta/card.ts";\n',
    );
    for (const name of ["package.json", "tsconfig.json", "biome.json"]) await cp(join(root, name), join(clone, name));
    await symlink(join(root, "node_modules"), join(clone, "node_modules"));
    await scaffold("some-paper-2", "llm-systems", clone);
  });
  afterAll(() => rm(clone, { recursive: true, force: true }));

  it("makes the four doors and a test, and enters them", async () => {
    expect(await readFile(join(clone, "src/papers/entries.ts"), "utf8")).toBe(
      '/** One line per paper. */\nexport { default as somePaper2 } from "./llm-systems/some-paper-2/card.ts";\nexport { default as zeta } from "./llm-systems/zeta/card.ts";\n',
    );
    expect(await readFile(join(clone, "src/papers/llm-systems/index.ts"), "utf8")).toBe(
      'export { somePaper2 } from "./some-paper-2/some-paper-2.ts";\n',
    );
  });

  it("refuses to do it again", async () => {
    await expect(scaffold("some-paper-2", "llm-systems", clone)).rejects.toThrow("the folder is there already");
    await expect(scaffold("some-paper-3", "llm-systems", join(clone, "src"))).rejects.toThrow("written in a clone");
  });

  it("makes files that are formatted, lint-free and well typed", async () => {
    const node = process.execPath;
    const biome = spawnSync(
      node,
      [
        join(root, "node_modules/@biomejs/biome/bin/biome"),
        "check",
        "--vcs-enabled=false",
        "src/papers/llm-systems/some-paper-2",
      ],
      { cwd: clone, encoding: "utf8" },
    );
    expect(biome.stderr + biome.stdout).toContain("Checked 5 files");
    expect(biome.status, biome.stderr + biome.stdout).toBe(0);
    const strict = JSON.parse(await readFile(join(clone, "tsconfig.json"), "utf8"));
    const config = {
      ...strict,
      compilerOptions: { ...strict.compilerOptions, types: ["node"] },
      include: ["src/papers/llm-systems"],
    };
    await writeFile(join(clone, "tsconfig.json"), JSON.stringify(config));
    const tsc = spawnSync(node, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."], {
      cwd: clone,
      encoding: "utf8",
    });
    expect(tsc.stdout).toBe("");
  });

  it("makes a test that fails once for every file and says what to write", async () => {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const words = ["run", "src/papers", "--root", clone, "--reporter=json", "--outputFile=results.json"];
    expect(spawnSync(process.execPath, [vitest, ...words], { cwd: clone }).status).toBe(1);
    const report = JSON.parse(await readFile(join(clone, "results.json"), "utf8")) as {
      testResults: { assertionResults: { status: string; title: string }[] }[];
    };
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(results).toHaveLength(5);
    for (const { status, title } of results) expect(`${title}: ${status}`).toMatch(/\.ts: (write|open) .*: failed$/);
  });

  it("keeps sorted exports sorted, and the comment above them first", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 });
    fc.assert(
      fc.property(names, (slugs) => {
        let source = "/** Entries. */\n";
        for (const slug of slugs)
          source = insertExport(source, `export { default as x${slug} } from "./${slug}/card.ts";`);
        const lines = source.trimEnd().split("\n");
        expect(lines[0]).toBe("/** Entries. */");
        expect(lines.slice(1).map((line) => /"\.\/(\w+)\//.exec(line)?.[1])).toEqual([...slugs].sort());
      }),
    );
  });

  it("names exports in camel case", () => {
    expect(camel("one-byte-gradients")).toBe("oneByteGradients");
    expect(camel("some-paper-2")).toBe("somePaper2");
  });
});
