import { readFileSync } from "node:fs";
import { cpus } from "node:os";

let known: string | undefined;

/** This program's version. */
export function version(): string {
  if (known === undefined) {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    known = String((JSON.parse(text) as { version?: unknown }).version ?? "unknown");
  }
  return known;
}

/** The machine a run is made on, e.g. "linux x64, 2 × Xeon E5, Node 24.1.0". */
export function platform(): string {
  const cores = cpus();
  const model = (cores[0]?.model ?? "").replace(/\s+/g, " ").trim();
  return `${process.platform} ${process.arch}, ${cores.length}${model ? ` × ${model}` : " cores"}, Node ${process.versions.node}`;
}
