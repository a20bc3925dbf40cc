import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const launcher = fileURLToPath(new URL("../../bin/livepapers.js", import.meta.url));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The command as a process of its own. `interrupt` sends Ctrl-C when standard error has said something. */
function livepapers(words: string[], { input = "", interrupt = false, cwd = "" } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, ...words], {
      ...(cwd ? { cwd } : {}),
      env: { ...process.env, NO_COLOR: "1" },
    });
    const ended: Ended = { code: null, out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      ended.out += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      ended.err += chunk;
      if (interrupt && ended.err === String(chunk)) child.kill("SIGINT");
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ended, code }));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

describe("the livepapers process", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "livepapers-process-"));
    await writeFile(join(folder, "scores.csv"), "system,a,b\nx,1,2\ny,2,3\nz,3,1\n");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("measures a claim: one document on standard output, the status of its verdict", async () => {
    const { code, out, err } = await livepapers([
      "reproduce",
      "system-ranking",
      "--draws",
      "10",
      "--json",
      "--seed",
      "3",
    ]);
    const document = JSON.parse(out) as { verdict: { outcome: string } };
    expect(code).toBe(document.verdict.outcome === "holds" ? 0 : 3);
    expect(err).not.toContain("livepapers:");
  });

  it("gives the same numbers for the same seed", async () => {
    const line = ["reproduce", "system-ranking", "--draws", "10", "--json", "--seed", "4"];
    const [first, second] = [JSON.parse((await livepapers(line)).out), JSON.parse((await livepapers(line)).out)];
    expect({ ...second, durationMs: 0 }).toEqual({ ...first, durationMs: 0 });
  });

  it("applies a tool to standard input and writes to standard output", async () => {
    const { code, out, err } = await livepapers(["apply", "system-ranking", "-", "--bootstrap", "0"], {
      input: "system,a,b\nx,1,2\ny,2,3\n",
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^system,mean,/);
    expect(out.trim().split("\n")).toHaveLength(3);
    expect(err).toContain("Ranked 2 systems on 2 tasks");
  });

  it("refuses bad files with status 2, one line, no stack and nothing written", async () => {
    const { code, out, err } = await livepapers(["apply", "system-ranking", "-", "--out", join(folder, "bad.csv")], {
      input: "system,a\nx,1\ny,two\n",
    });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^livepapers: stdin.csv, line 3, column a: .*\n$/m);
    expect(err).not.toContain("    at ");
    expect(await readdir(folder)).toEqual(["scores.csv"]);
  });

  it("stops at Ctrl-C with status 130 and leaves nothing behind", async () => {
    const report = join(folder, "report");
    const { code, out, err } = await livepapers(["reproduce", "system-ranking", "--scale", "full", "--out", report], {
      interrupt: true,
    });
    expect({ code, out }).toEqual({ code: 130, out: "" });
    expect(err).toMatch(/stopped; no file was written\.\n$/);
    expect(await readdir(folder)).toEqual(["scores.csv"]);
  });
});
