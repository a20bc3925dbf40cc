#!/usr/bin/env node
// Starts the command. A clone runs the TypeScript sources, an installed package the JavaScript in dist/.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const source = new URL("src/cli/main.ts", root);
const built = new URL("dist/cli/main.js", root);

if (!existsSync(source)) await start(built);
else if (process.features.typescript) await start(source);
else await startWithNewerNode();

/** @param {URL} entry */
async function start(entry) {
  const { main } = await import(entry.href);
  await main(process.argv.slice(2));
}

/** This Node cannot run TypeScript: hand over to the one that `npm ci` put into node_modules. */
async function startWithNewerNode() {
  const node = fileURLToPath(new URL("node_modules/node/bin/node", root));
  if (!existsSync(node)) {
    console.error("livepapers: in a clone, run npm ci first: it installs the Node that runs the sources.");
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  const forward = (signal) => child.kill(signal);
  process.on("SIGTERM", forward);
  process.on("SIGHUP", forward);
  // A Ctrl-C reaches the child by itself; one sent to this process alone is forwarded, and the child ignores the echo.
  process.on("SIGINT", forward);
  await new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 1);
      resolve(undefined);
    });
  });
}
