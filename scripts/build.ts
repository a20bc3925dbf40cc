import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ensureBuild } from "../src/web/build.ts";

/** `npm run build`: what the package brings along, JavaScript and types in dist/ and the site in build/. */
const root = fileURLToPath(new URL("..", import.meta.url));

async function run(script: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) process.exit(code ?? 1);
}

await rm(`${root}/dist`, { recursive: true, force: true });
await run("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");
// npm pack --json prints its answer on standard output: what is said here goes to standard error.
await ensureBuild({ root, log: (line) => console.error(line) });
