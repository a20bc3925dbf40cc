import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BadInput } from "../kit/errors.ts";
import type { FieldId } from "../kit/fields.ts";
import { findPaper } from "../papers/catalogue.ts";
import { paperFiles } from "./templates.ts";

export interface Scaffolded {
  /** Relative to the root of the clone. */
  folder: string;
  files: string[];
  changed: string[];
}

const root = fileURLToPath(new URL("../../", import.meta.url));

export function camel(slug: string): string {
  return slug.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function checkSlug(slug: string): void {
  if (slug.length > 40 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug)) {
    throw new BadInput(`"${slug.slice(0, 60)}" is not a slug`, {
      remedy: "Use up to 40 small letters, digits and single dashes, and begin with a letter.",
    });
  }
}

/** Inserts a line among lines that export from folders, in alphabetical order of what they export from. */
export function insertExport(source: string, line: string): string {
  const from = (text: string): string => /from "([^"]+)"/.exec(text)?.[1] ?? "";
  const lines = source
    .replace(/\n$/, "")
    .split("\n")
    .filter((text, i, all) => !(text === "" && i === all.length - 1));
  const after = lines.findIndex((text) => /^export .* from "/.test(text) && from(text) > from(line));
  if (after < 0) lines.push(line);
  else lines.splice(after, 0, line);
  return `${lines.join("\n")}\n`;
}

async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, content);
  await rename(draft, path);
}

/** Makes a paper's folder and enters it into the catalogue and its field's index. Nothing that exists is overwritten. */
export async function scaffold(slug: string, field: FieldId, clone: string = root): Promise<Scaffolded> {
  checkSlug(slug);
  const entries = join(clone, "src/papers/entries.ts");
  // An installed package has the sources of the papers too, to show them, but not what compiles them.
  if (!existsSync(entries) || !existsSync(join(clone, "tsconfig.json"))) {
    throw new BadInput("papers are written in a clone of livepapers, and this is an installed package", {
      remedy: "Clone the repository and run the command there.",
    });
  }
  if (findPaper(slug)) throw new BadInput(`there is a paper "${slug}" already`);
  const folder = `src/papers/${field}/${slug}`;
  if (existsSync(join(clone, folder))) throw new BadInput("the folder is there already", { where: folder });
  const index = `src/papers/${field}/index.ts`;
  const indexSource = existsSync(join(clone, index)) ? await readFile(join(clone, index), "utf8") : "";
  const entriesSource = await readFile(entries, "utf8");
  const files = paperFiles(slug, camel(slug), field);
  try {
    await mkdir(join(clone, folder), { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(clone, folder, name), content);
    await replaceFile(
      join(clone, index),
      insertExport(indexSource, `export { ${camel(slug)} } from "./${slug}/${slug}.ts";`),
    );
    await replaceFile(
      entries,
      insertExport(entriesSource, `export { default as ${camel(slug)} } from "./${field}/${slug}/card.ts";`),
    );
  } catch (error) {
    await rm(join(clone, folder), { recursive: true, force: true });
    throw new BadInput(`the files cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`, {
      where: folder,
    });
  }
  return {
    folder,
    files: Object.keys(files).map((name) => `${folder}/${name}`),
    changed: [index, "src/papers/entries.ts"],
  };
}
