import { fileURLToPath } from "node:url";
import { BadInput } from "../kit/errors.ts";
import type { ToolRun } from "../kit/paper.ts";

/** Loads the reader's own modules, named by the flags that gave them. One that cannot be loaded is refused in a sentence. */
export async function loadModules(urls: Readonly<Record<string, string>>): Promise<ToolRun["modules"]> {
  const loaded: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [name, url] of Object.entries(urls)) {
    try {
      loaded[name] = (await import(url)) as Record<string, unknown>; // whatever it exports; the tool checks
    } catch (error) {
      const problem = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      throw new BadInput(`${fileURLToPath(url)} cannot be loaded: ${problem}`, { where: `--${name}` });
    }
  }
  return loaded;
}
