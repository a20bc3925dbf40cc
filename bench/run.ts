import { readdir } from "node:fs/promises";
import { type BenchFile, createBench } from "./bench.ts";

/** `npm run bench [-- SLUG …]`: the named benchmarks, or all of them. */
const wanted = process.argv.slice(2);
const known = (await readdir(new URL(".", import.meta.url)))
  .filter((name) => name.endsWith(".ts") && name !== "run.ts" && name !== "bench.ts")
  .map((name) => name.slice(0, -3))
  .sort();
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : known) {
  console.log(`\n# ${name}`);
  const file = (await import(`./${name}.ts`)) as BenchFile;
  await file.default(createBench());
}
