import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

const stub = "\0livepapers:server-only";
const doors = new Set(["./claim.ts", "./tool.ts"]);
const browserBuilds: Record<string, string> = {
  "csv-parse": "csv-parse/browser/esm",
  "csv-parse/sync": "csv-parse/browser/esm/sync",
  "csv-stringify": "csv-stringify/browser/esm",
  "csv-stringify/sync": "csv-stringify/browser/esm/sync",
};

/**
 * What a browser bundle leaves out. The doors of papers whose card says `server` are replaced by an empty module, so that
 * their files, datasets and `node:` modules stay on the server; packages with a browser build of their own use it.
 */
export function browserOnly(): Plugin {
  return {
    name: "livepapers:browser-only",
    enforce: "pre",
    applyToEnvironment: (environment) => environment.name === "client",
    async resolveId(source, importer) {
      const build = browserBuilds[source];
      if (build) return this.resolve(build, importer, { skipSelf: true });
      if (doors.has(source) && importer?.endsWith("/card.ts") && isServerOnly(await readFile(importer, "utf8"))) {
        return stub;
      }
      return undefined;
    },
    load(id) {
      if (id !== stub) return undefined;
      return "export const claim = undefined; export const tools = undefined;";
    },
  };
}

/** Whether the source of a card says that its paper runs on the server only. */
export function isServerOnly(card: string): boolean {
  return /^\s*where:\s*["']server["']/m.test(card);
}
