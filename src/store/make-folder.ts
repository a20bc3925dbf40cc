import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Makes a folder and those above it, one by one, and returns the outermost one that was new (undefined when all were there).
 * Node's own recursive `mkdir` never returns for a path under /proc.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const folder = resolve(path);
  if (await isFolder(folder)) return undefined;
  const outer = dirname(folder) === folder ? undefined : await makeFolder(dirname(folder));
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && (await isFolder(folder))) return outer;
    throw error;
  }
  return outer ?? folder;
}
