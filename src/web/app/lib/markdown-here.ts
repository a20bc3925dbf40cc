import { createMarkdown, escapeHtml } from "./markdown.ts";

/** Markdown set in the page; the maths library is loaded for a text that has maths. */
export async function markdownHere(markdown: string): Promise<string> {
  if (!markdown.includes("$")) return createMarkdown(escapeHtml)(markdown);
  const { default: katex } = await import("katex");
  const render = (formula: string, displayMode: boolean): string =>
    katex.renderToString(formula, {
      displayMode,
      throwOnError: false,
      errorColor: "inherit",
      strict: false,
      trust: false,
    });
  return createMarkdown(render)(markdown);
}
