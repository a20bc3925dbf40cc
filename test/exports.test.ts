import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { packageExports } from "../scripts/exports.ts";

it("package.json exports the library and every field that has an index.ts (npm run exports writes it)", async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const manifest = JSON.parse(await readFile(`${root}/package.json`, "utf8")) as { exports: unknown };
  expect(manifest.exports).toEqual(packageExports(root));
});
