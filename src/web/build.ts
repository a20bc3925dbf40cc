import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packageRoot } from "./root.ts";

/** What the built site is made of. */
const sources = ["src/feed", "src/kit", "src/papers", "src/runs", "src/store", "src/web"];
const keptMs = 2 * 24 * 3600_000;
const settings = ["package-lock.json", "react-router.config.ts", "tsconfig.json", "vite.config.ts"];

export interface BuildOptions {
  root?: string;
  log?(line: string): void;
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A hash over the names and contents of everything the build reads. */
export async function sourceStamp(root: string): Promise<string> {
  const files = (await Promise.all(sources.map((folder) => filesUnder(join(root, folder))))).flat();
  const hash = createHash("sha256");
  for (const file of [...files, ...settings.map((name) => join(root, name))]) {
    const content = await readFile(file).catch(() => undefined);
    if (!content) continue;
    hash.update(`${file.slice(root.length)}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Where React Router's build command is, or undefined where it is not installed (in an installed package). */
function builder(root: string): string | undefined {
  try {
    const manifest = createRequire(join(root, "package.json")).resolve("@react-router/dev/package.json");
    return join(dirname(manifest), "bin.cjs");
  } catch {
    return undefined;
  }
}

async function runBuild(command: string, root: string, into: string): Promise<void> {
  const child = spawn(process.execPath, [command, "build"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", LIVEPAPERS_BUILD: into },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-8000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`the site could not be built:\n${output.trim()}`);
}

/**
 * Takes along what pages of the last days may still ask for: their scripts have other names in the new build, and another
 * server may be running on the old one.
 */
async function keepAssets(from: string, to: string): Promise<void> {
  const [old, fresh] = [join(from, "client", "assets"), join(to, "client", "assets")];
  for (const name of await readdir(old).catch(() => [])) {
    const { mtimeMs } = await stat(join(old, name));
    if (Date.now() - mtimeMs > keptMs || existsSync(join(fresh, name))) continue;
    await cp(join(old, name), join(fresh, name), { preserveTimestamps: true });
  }
}

/**
 * The folder of the built site. In a clone it is built when it is absent or older than its sources, which takes some
 * seconds; an installed package brings it along. A build takes the old one's place only when it is complete.
 */
export async function ensureBuild({ root = packageRoot(), log = () => {} }: BuildOptions = {}): Promise<string> {
  const folder = join(root, "build");
  const stampFile = join(folder, ".stamp");
  const ready = existsSync(join(folder, "server", "index.js"));
  const command = existsSync(join(root, "vite.config.ts")) ? builder(root) : undefined;
  if (!command) {
    if (ready) return folder;
    throw new Error("the built site is missing from this package");
  }
  const stamp = await sourceStamp(root);
  if (ready && (await readFile(stampFile, "utf8").catch(() => "")) === stamp) return folder;
  log(ready ? "The sources have changed: building the site again." : "Building the site; this is done once.");
  const begun = performance.now();
  const fresh = join(root, ".tmp", `build-${process.pid}`);
  const old = `${fresh}-old`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(dirname(fresh), { recursive: true });
    await runBuild(command, root, fresh);
    await keepAssets(folder, fresh);
    await writeFile(join(fresh, ".stamp"), stamp);
    if (existsSync(folder)) await rename(folder, old);
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
  log(`The site is built (${((performance.now() - begun) / 1000).toFixed(1)} s).`);
  return folder;
}
