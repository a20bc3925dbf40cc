import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package, in a clone or installed: the nearest one above this file whose package.json is ours. */
export function packageRoot(from: string = import.meta.url): string {
  let folder = dirname(fileURLToPath(from));
  for (;;) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "livepapers") return folder;
    const above = dirname(folder);
    if (above === folder) throw new Error("the livepapers package could not be found around its own files");
    folder = above;
  }
}
