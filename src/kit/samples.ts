import { BadInput, nearest } from "./errors.ts";
import type { AnyTool, Example, Sample } from "./paper.ts";

/** The sample of a tool, then its examples. */
export async function samplesOf(tool: AnyTool): Promise<(Sample & Partial<Pick<Example, "title" | "source">>)[]> {
  return [await tool.sample(), ...((await tool.examples?.()) ?? [])];
}

/** A title as a word of the command line: "Long Range Arena" is "long-range-arena". */
export function sampleName(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

/** The example of this name, the sample without one; an unknown name is refused with those there are. */
export async function sampleOf(tool: AnyTool, name?: string): Promise<Sample> {
  if (name === undefined) return tool.sample();
  const examples = (await tool.examples?.()) ?? [];
  const found = examples.find(({ title }) => sampleName(title) === name);
  if (found) return found;
  const names = examples.map(({ title }) => sampleName(title));
  const close = nearest(name, names);
  throw new BadInput(`the tool ${tool.name} has no example "${name}"`, {
    where: "--sample",
    remedy: close
      ? `Did you mean "${close}"?`
      : names.length > 0
        ? `Its examples are ${names.join(", ")}; without a name it is the sample.`
        : "Without a name it is the sample.",
  });
}
