import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogue } from "../../src/papers/catalogue.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Packed {
  filename: string;
  files: { path: string }[];
}

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean; version?: string }>;
}

/** The Node of the machine, not the one this project brings along: whatever its users have. */
function systemNode(): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (!folder.includes("node_modules") && existsSync(join(folder, "node"))) return join(folder, "node");
  }
  return process.execPath;
}

/**
 * Lays the production dependencies of the lock file into a project's node_modules, as links. What the package uses and
 * does not declare is not there.
 */
function linkDependencies(project: string): void {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    const nested = path.split("node_modules/").length > 2;
    if (!path || dev || devOptional || nested || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(project, path)), { recursive: true });
    symlinkSync(join(root, path), join(project, path));
  }
}

describe("the npm package", () => {
  let project = "";
  let packed: Packed = { filename: "", files: [] };

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "livepapers-package-"));
    const answer = execFileSync("npm", ["pack", "--json", "--pack-destination", project], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    // npm 12 answers with an object by package name, older ones with a list.
    const parsed = JSON.parse(answer.slice(answer.search(/^[[{]/m))) as Packed[] | Record<string, Packed>;
    packed = Object.values(parsed)[0] ?? packed;
    const installed = join(project, "node_modules/livepapers");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", join(project, packed.filename), "-C", installed, "--strip-components=1"]);
    linkDependencies(project);
    writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  /** Runs the machine's Node in the empty project. */
  function node(...words: string[]) {
    return spawnSync(systemNode(), words, {
      cwd: project,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
  }

  function livepapers(...words: string[]) {
    return node("node_modules/livepapers/bin/livepapers.js", ...words);
  }

  it("brings JavaScript, types, the site, the sources of the papers, and no tests", () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      "bin/livepapers.js",
      "dist/index.js",
      "dist/index.d.ts",
      "dist/cli/main.js",
      "dist/api/client.d.ts",
      "dist/runs/worker.js",
      "dist/papers/ranking-and-rewards/index.d.ts",
      "build/server/index.js",
      "src/papers/ranking-and-rewards/system-ranking/borda.ts",
      "LICENSE",
      "README.md",
      "CHANGELOG.md",
    ]) {
      expect(paths).toContain(path);
    }
    expect(paths.filter((path) => /\.test\.|^test\/|^src\/(?!papers\/)|^data\//.test(path))).toEqual([]);
  });

  it("works from JavaScript", () => {
    writeFileSync(
      join(project, "use.js"),
      `import { bordaRanking } from "livepapers/ranking-and-rewards";
import { catalogue, findPaper } from "livepapers";
const { order } = bordaRanking([[0.9, 0.8], [0.7, 0.6], [0.95, 0.9]]);
const { claim } = await findPaper("system-ranking").claim();
console.log(JSON.stringify({ order, papers: catalogue.length, claim: typeof claim.reproduce }));
`,
    );
    const { stdout, stderr } = node("use.js");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ order: [2, 0, 1], papers: catalogue.length, claim: "function" });
  });

  it.each(["nodenext", "bundler"])("works from TypeScript with moduleResolution %s, types included", (resolution) => {
    const folder = join(project, resolution);
    mkdirSync(folder);
    writeFileSync(
      join(folder, "use.ts"),
      `import { bordaRanking, type Consensus } from "livepapers/ranking-and-rewards";
import { type Card, findPaper, isRunnable } from "livepapers";
import { client, type Paper } from "livepapers/client";
const site = client("http://localhost:3000");
const remote: Promise<Paper> = site.paper("system-ranking");
// @ts-expect-error there is no such scale
site.start({ slug: "system-ranking", scale: "vast" });
const consensus: Consensus = bordaRanking([[1, 2], [2, 1]]);
const order: number[] = consensus.order;
const paper = findPaper("system-ranking");
const card: Card | undefined = paper?.card;
// @ts-expect-error a table of scores is wanted
bordaRanking("scores");
// @ts-expect-error cards have no such field
card?.nothing;
console.log(order.length, remote, paper !== undefined && isRunnable(paper));
`,
    );
    const options = {
      module: resolution === "nodenext" ? "nodenext" : "esnext",
      moduleResolution: resolution,
      target: "es2022",
      lib: ["es2022", "dom", "dom.asynciterable"],
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["use.ts"] }));
    const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
      cwd: project,
      encoding: "utf8",
    });
    expect(tsc.stdout).toBe("");
    expect(tsc.status).toBe(0);
  });

  it("exports every field to JavaScript", () => {
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      exports: Record<string, unknown>;
    };
    const names = Object.keys(exports).filter((name) => name !== "./package.json");
    const imports = names.map((name) => `import * as m${names.indexOf(name)} from "livepapers${name.slice(1)}";`);
    const lengths = names.map((_, i) => `Object.keys(m${i}).length`);
    writeFileSync(join(project, "all.js"), `${imports.join("\n")}\nconsole.log(JSON.stringify([${lengths}]));\n`);
    const { stdout, stderr } = node("all.js");
    expect(stderr).toBe("");
    for (const length of JSON.parse(stdout) as number[]) expect(length).toBeGreaterThan(0);
  });

  it("provides the command: list and show", () => {
    const { stdout, status } = livepapers("list", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(catalogue.length);
    expect(livepapers("show", "system-ranking").stdout).toContain("livepapers reproduce system-ranking");
    expect(livepapers("new", "a-paper", "--field", "llm-systems")).toMatchObject({ status: 2, stdout: "" });
  });

  it("provides the command: reproduce, with a report", () => {
    const { stdout, status, stderr } = livepapers(
      "reproduce",
      "system-ranking",
      "--draws",
      "20",
      "--json",
      "--out",
      "report",
    );
    expect([0, 3], stderr).toContain(status);
    expect(JSON.parse(stdout)).toMatchObject({ slug: "system-ranking", scale: "quick", params: { draws: 20 } });
    expect(readdirSync(join(project, "report"))).toEqual(expect.arrayContaining(["report.html", "report.json"]));
  });

  it("provides the command: apply", () => {
    writeFileSync(join(project, "scores.csv"), "system,a,b\nx,1,2\ny,2,3\nz,3,1\n");
    const { stdout, status } = livepapers("apply", "system-ranking", "scores.csv", "--bootstrap", "0");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^system,/);
  });

  it("serves the site, or says which Node that needs", async () => {
    const { spawn } = await import("node:child_process");
    const [major = 0, minor = 0] = execFileSync(systemNode(), ["-p", "process.versions.node"], { encoding: "utf8" })
      .split(".")
      .map(Number);
    if (major < 22 || (major === 22 && minor < 22)) {
      const { status, stderr } = livepapers("serve");
      expect(status).toBe(2);
      expect(stderr).toMatch(/the site needs Node 22\.22 or later and this is Node/);
    }
    const serving = spawn(process.execPath, ["node_modules/livepapers/bin/livepapers.js", "serve", "--port", "0"], {
      cwd: project,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        serving.stdout.on("data", (chunk: Buffer) => {
          const found = /http:\/\/\S+/.exec(String(chunk));
          if (found) resolve(found[0]);
        });
        serving.on("close", (code) => reject(new Error(`the server ended with ${code}`)));
      });
      const response = await fetch(`${url}/papers/system-ranking`);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("What are the best systems?");
    } finally {
      serving.kill("SIGINT");
    }
    expect(await new Promise((resolve) => serving.on("close", resolve))).toBe(0);
  });
});
