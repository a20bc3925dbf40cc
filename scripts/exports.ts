import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { fieldIds } from "../src/kit/fields.ts";

type Entry = { types: string; default: string };

function entry(path: string): Entry {
  return { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` };
}

/** What the package exports: the library, the client of the API, one entry for every field that has an index.ts, and its package.json. */
export function packageExports(root: string): Record<string, Entry | string> {
  const fields = fieldIds.filter((field) => existsSync(`${root}/src/papers/${field}/index.ts`));
  return {
    ".": entry("index"),
    "./client": entry("api/client"),
    ...Object.fromEntries(fields.map((field) => [`./${field}`, entry(`papers/${field}/index`)])),
    "./package.json": "./package.json",
  };
}

/** `node scripts/exports.ts` writes them into package.json; a test compares. */
if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const manifest = JSON.parse(await readFile(`${root}/package.json`, "utf8")) as Record<string, unknown>;
  manifest.exports = packageExports(root);
  await writeFile(`${root}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
}
