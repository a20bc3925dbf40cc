import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, Option } from "commander";
import { BadInput } from "../kit/errors.ts";
import type { AnyTool, InputSpec } from "../kit/paper.ts";
import { kebab } from "../kit/params.ts";
import type { JobFile } from "../runs/types.ts";

/** Paths by input role; "-" is standard input. */
export type Paths = Record<string, string[]>;

export function roleFlag(spec: InputSpec): string {
  return kebab(spec.name);
}

/** "one or more .csv, .tsv files": what a role takes, for help. */
function describeRole(spec: InputSpec): string {
  const kind = spec.accepts.length > 0 ? ` (${spec.accepts.join(", ")})` : "";
  return `${spec.description.replace(/\.$/, "")}${kind}${spec.optional ? "; optional" : ""}`;
}

/** Makes every role of a tool a flag. */
export function addRoles(command: Command, tool: AnyTool): void {
  for (const spec of tool.inputs) {
    const value = spec.many ? "<path...>" : "<path>";
    command.addOption(new Option(`--${roleFlag(spec)} ${value}`, describeRole(spec)).helpGroup("Inputs:"));
  }
}

/** Makes every module of the reader's own that a tool can use a flag. */
export function addModules(command: Command, tool: AnyTool): void {
  for (const { name, description } of tool.modules ?? []) {
    const told = `${description.replace(/\.$/, "")}; a file of your own code, which runs here`;
    command.addOption(new Option(`--${kebab(name)} <path>`, told).helpGroup("Your own code:"));
  }
}

/** URLs of the modules that flags name, by name; undefined without any. */
export async function moduleUrls(command: Command, tool: AnyTool): Promise<Record<string, string> | undefined> {
  const urls: Record<string, string> = {};
  for (const { name } of tool.modules ?? []) {
    const option = command.options.find((candidate) => candidate.long === `--${kebab(name)}`);
    const path: unknown = option && command.getOptionValue(option.attributeName());
    if (typeof path !== "string") continue;
    if (!/\.[cm]?[jt]s$/.test(path)) {
      throw new BadInput(`"${path}" is no module`, {
        where: `--${kebab(name)}`,
        remedy: "It ends in .js, .mjs or .ts.",
      });
    }
    await checkReadable(path);
    urls[name] = pathToFileURL(path).href;
  }
  return Object.keys(urls).length > 0 ? urls : undefined;
}

/**
 * Divides paths among a tool's roles. Roles named by flags have theirs; the other roles take the positional paths in order,
 * one each, and a role of many files takes all that are left but those that required roles behind it need.
 */
export function assignInputs(tool: AnyTool, positional: readonly string[], named: Paths): Paths {
  const paths: Paths = {};
  const rest = [...positional];
  const open = tool.inputs.filter((spec) => named[spec.name] === undefined);
  for (const [i, spec] of open.entries()) {
    const later = open.slice(i + 1).filter((other) => !other.optional && !other.many).length;
    const take = spec.many ? Math.max(0, rest.length - later) : spec.optional && rest.length <= later ? 0 : 1;
    paths[spec.name] = rest.splice(0, take);
  }
  if (rest.length > 0) {
    const roles = tool.inputs.map((spec) => `--${roleFlag(spec)}`).join(", ");
    throw new BadInput(`"${rest[0]}" is one input too many`, {
      remedy: tool.inputs.length > 0 ? `The inputs are ${roles}.` : "This tool takes no files.",
    });
  }
  for (const [role, files] of Object.entries(named)) paths[role] = files;
  const inOrder = Object.fromEntries(tool.inputs.map((spec) => [spec.name, paths[spec.name] ?? []]));
  for (const spec of tool.inputs) {
    if (spec.optional || (inOrder[spec.name] ?? []).length > 0) continue;
    const wanted = describeRole(spec);
    throw new BadInput(`no ${spec.many ? "files were" : "file was"} given for ${spec.name}: ${wanted}`, {
      remedy: "Name a path, or - for standard input.",
    });
  }
  const inputs = Object.values(inOrder).flat();
  if (inputs.filter((path) => path === "-").length > 1) {
    throw new BadInput("standard input (-) can be read only once");
  }
  return inOrder;
}

/** Refuses a path that cannot be read, before anything runs. */
export async function checkReadable(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new BadInput("this is a folder and a file is wanted", { where: path });
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new BadInput("there is no such file", { where: path });
    }
    if (code === "EACCES" || code === "EPERM") throw new BadInput("the file may not be read", { where: path });
    throw new BadInput(`the file cannot be read (${code ?? "unknown error"})`, { where: path });
  }
}

/** The role that standard input plays, if any. */
export function stdinRole(tool: AnyTool, paths: Paths): InputSpec | undefined {
  return tool.inputs.find((spec) => paths[spec.name]?.includes("-"));
}

/** The reader's files for a job, their paths checked; standard input goes by `stdinName`. */
export async function jobFiles(tool: AnyTool, paths: Paths, stdinName = "stdin"): Promise<Record<string, JobFile[]>> {
  const files: Record<string, JobFile[]> = {};
  for (const spec of tool.inputs) {
    const mine: JobFile[] = [];
    for (const path of paths[spec.name] ?? []) {
      if (path === "-") mine.push({ name: stdinName, stdin: true });
      else {
        await checkReadable(path);
        mine.push({ name: basename(path), path });
      }
    }
    files[spec.name] = mine;
  }
  return files;
}
