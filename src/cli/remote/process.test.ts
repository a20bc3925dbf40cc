import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listRuns } from "../../store/runs.ts";
import { type ApiServer, apiServer } from "../../web/api/testing.ts";

const launcher = fileURLToPath(new URL("../../../bin/livepapers.js", import.meta.url));
/** Far more than it takes, so that a test that hangs fails instead. */
const longestMs = 60_000;

let server: ApiServer;
let folder = "";
beforeAll(async () => {
  server = await apiServer();
  folder = await mkdtemp(join(tmpdir(), "livepapers-remote-process-"));
}, 120_000);
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a run at the server, presses Ctrl-C when its first line of progress is there, and waits for the end. */
function interrupted(words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, ...words], {
      env: { ...process.env, NO_COLOR: "1", LIVEPAPERS_SERVER: server.url },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the command did not end; it said: ${said.err}`));
    }, longestMs);
    const said = { out: "", err: "" };
    let sent = false;
    child.stdout.on("data", (chunk: Buffer) => {
      said.out += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said.err += chunk;
      if (!sent && said.err.includes("\n")) sent = child.kill("SIGINT");
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(late);
      resolve({ ...said, code });
    });
  });
}

it("stops at Ctrl-C with status 130, stops the run at the server, and leaves nothing behind", async () => {
  const report = join(folder, "report");
  const { code, out, err } = await interrupted([
    ...["reproduce", "system-ranking", "--scale", "full", "--out", report],
  ]);
  expect({ code, out }).toEqual({ code: 130, out: "" });
  expect(err).toMatch(/^ {2}0 % {2}waiting for the server .*\nlivepapers: stopped; no file was written\.\n$/);
  expect(await readdir(folder)).toEqual([]);
  const [run] = await listRuns(server.store.db, { slug: "system-ranking" });
  expect(run?.cancelRequested || run?.state === "cancelled").toBe(true);
});
