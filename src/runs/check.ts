import { BadInput, nearest } from "../kit/errors.ts";
import type { AnyClaim, AnyTool, Experiment } from "../kit/paper.ts";
import type { JobFiles } from "./types.ts";

/** The claim of a paper; one without is refused. */
export async function claimOf(experiment: Experiment): Promise<AnyClaim> {
  if (!experiment.claim) throw new BadInput(`the claim of ${experiment.card.slug} is not runnable yet`);
  return (await experiment.claim()).claim;
}

/** A tool of a paper by name, the first one without; an unknown name is refused with those there are. */
export async function toolOf(experiment: Experiment, name?: string): Promise<AnyTool> {
  const tools = experiment.tool ? (await experiment.tool()).tools : [];
  const tool = name === undefined ? tools[0] : tools.find((candidate) => candidate.name === name);
  if (tool) return tool;
  if (tools.length === 0) throw new BadInput(`${experiment.card.slug} has no tool yet`);
  const names = tools.map((candidate) => candidate.name);
  const close = nearest(name ?? "", names);
  throw new BadInput(`${experiment.card.slug} has no tool "${name}"`, {
    remedy: close ? `Did you mean "${close}"?` : `Its tools are ${names.join(", ")}.`,
  });
}

/** Refuses files that do not fit the roles a tool declares: an unknown role, one without a file, or with too many. */
export function checkFiles(tool: AnyTool, files: JobFiles): void {
  const roles = tool.inputs.map((input) => input.name);
  for (const [role, given] of Object.entries(files)) {
    if (given.length > 0 && !roles.includes(role)) {
      throw new BadInput(`there is no input "${role}"`, { remedy: `The inputs are ${roles.join(", ") || "none"}.` });
    }
  }
  for (const input of tool.inputs) {
    const count = files[input.name]?.length ?? 0;
    if (count === 0 && !input.optional) {
      throw new BadInput(`a file is missing: ${input.description}`, { where: input.name });
    }
    if (count > 1 && !input.many)
      throw new BadInput(`one file is wanted and ${count} were given`, { where: input.name });
  }
  const streams = Object.values(files)
    .flat()
    .filter((file) => "stdin" in file).length;
  if (streams > 1) throw new BadInput("standard input can be only one of the files");
}
