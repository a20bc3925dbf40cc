import { BadInput } from "../kit/errors.ts";
import type { AnyClaim, AnyTool, Experiment, Paper } from "../kit/paper.ts";
import { findExperiment, getExperiment, getPaper } from "../papers/catalogue.ts";

const withoutValue = new Set(["--json", "--force", "--no-server", "--help", "-h", "--version", "-V"]);

/** The command and the words behind it that are not options or, as far as can be told, values of options. */
export function peek(argv: readonly string[]): { command: string | undefined; words: string[] } {
  const start = argv.findIndex((word) => !word.startsWith("-"));
  if (start < 0) return { command: undefined, words: [] };
  let command = argv[start];
  const words: string[] = [];
  let before = "";
  for (const word of argv.slice(start + 1)) {
    const isValue = before.startsWith("--") && !before.includes("=") && !withoutValue.has(before);
    if (!word.startsWith("-") && (!isValue || findExperiment(word))) words.push(word);
    before = word;
  }
  if (command === "help") command = words.shift();
  return { command, words };
}

/** A paper, or a guide, with what one command runs of it. */
export interface ClaimTarget {
  experiment: Experiment;
  claim: AnyClaim;
}

export interface ToolTarget {
  paper: Paper;
  tools: readonly AnyTool[];
  tool: AnyTool;
  /** The tool was named on the command line. */
  named: boolean;
}

/** The claim behind a slug; refused when there is no such paper or guide, or its claim does not run yet. */
export async function claimTarget(slug: string): Promise<ClaimTarget> {
  const experiment = getExperiment(slug);
  if (!experiment.claim) {
    throw new BadInput(`the claim of ${slug} is not runnable yet`, {
      remedy: `"livepapers show ${slug}" shows its card.`,
    });
  }
  const { claim } = await experiment.claim();
  return { experiment, claim };
}

/** The tool behind a slug: the one named by the next word when there are several, else the first. */
export async function toolTarget(slug: string, next: string | undefined): Promise<ToolTarget> {
  const paper = getPaper(slug);
  const { tools } = (await paper.tool?.()) ?? { tools: [] };
  const [first] = tools;
  if (!first) {
    throw new BadInput(`the tool of ${slug} is not there yet`, { remedy: `"livepapers show ${slug}" shows its card.` });
  }
  const named = tools.length > 1 ? tools.find((tool) => tool.name === next) : undefined;
  return { paper, tools, tool: named ?? first, named: named !== undefined };
}
