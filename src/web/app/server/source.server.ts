import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Card } from "../../../kit/paper.ts";
import { packageRoot } from "../../root.ts";
import { segmentsOf } from "../lib/source.ts";
import { highlightLines } from "./highlight.server.ts";
import { markdownHtml } from "./rich-text.server.ts";

export interface SourceSegment {
  prose: string;
  code: string;
  /** Number of the first line of code, from 1; 0 for prose alone. */
  line: number;
  imports: boolean;
}

export interface SourceFile {
  /** Path within the package, e.g. "src/papers/model-merging/fisher-merging/merge.ts". */
  path: string;
  name: string;
  role: "method" | "shared" | "claim" | "tool";
  lines: number;
  segments: SourceSegment[];
}

interface Cached {
  modified: number;
  file: SourceFile;
}

const cache = new Map<string, Cached>();

async function readSource(path: string, role: SourceFile["role"]): Promise<SourceFile> {
  const { mtimeMs } = await stat(path);
  const known = cache.get(path);
  if (known && known.modified === mtimeMs && known.file.role === role) return known.file;
  const source = await readFile(path, "utf8");
  const lines = await highlightLines(source);
  const file: SourceFile = {
    path: relative(packageRoot(), path),
    name: basename(path),
    role,
    lines: source.replace(/\n$/, "").split("\n").length,
    segments: segmentsOf(source).map((segment) => ({
      prose: segment.prose === "" ? "" : markdownHtml(segment.prose),
      code: segment.lines.map((index) => lines[index] ?? "").join("\n"),
      line: (segment.lines[0] ?? -1) + 1,
      imports: segment.imports,
    })),
  };
  cache.set(path, { modified: mtimeMs, file });
  return file;
}

/** Files of the same field that these sources import from the folder above: what two or more of its papers share. */
async function sharedWith(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const source = await readFile(path, "utf8");
    for (const match of source.matchAll(/from "(\.\.\/[a-z0-9-]+\.ts)"/g))
      found.add(resolve(dirname(path), match[1] ?? ""));
  }
  return [...found].sort();
}

const roleOf = (name: string): SourceFile["role"] | undefined => {
  if (!name.endsWith(".ts") || /\.(?:test|bench|d)\.ts$/.test(name) || name === "card.ts") return undefined;
  return name === "claim.ts" ? "claim" : name === "tool.ts" ? "tool" : "method";
};

/** The sources of a paper, set for reading: method first, then what it shares with its field, claim and tool. */
export async function paperSources({ field, slug }: Pick<Card, "field" | "slug">): Promise<SourceFile[]> {
  const folder = join(packageRoot(), "src", "papers", field, slug);
  const names = await readdir(folder).catch(() => [] as string[]);
  const own = names.sort().flatMap((name) => {
    const role = roleOf(name);
    return role ? [{ path: join(folder, name), role }] : [];
  });
  const shared = await sharedWith(own.filter((f) => f.role === "method").map((f) => f.path));
  const all = [
    ...own.filter((f) => f.role === "method"),
    ...shared.map((path) => ({ path, role: "shared" as const })),
    ...own.filter((f) => f.role === "claim"),
    ...own.filter((f) => f.role === "tool"),
  ];
  const files: SourceFile[] = [];
  for (const { path, role } of all) files.push(await readSource(path, role));
  return files;
}
