import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { escapeHtml } from "../lib/markdown.ts";

let highlighter: Promise<HighlighterCore> | undefined;

function load(): Promise<HighlighterCore> {
  highlighter ??= createHighlighterCore({
    themes: [createCssVariablesTheme({ name: "page", variablePrefix: "--code-" })],
    langs: [import("shiki/langs/typescript.mjs")],
    engine: createJavaScriptRegexEngine(),
  });
  return highlighter;
}

/** Tokens that look like plain text get no mark-up; the others an element of one letter, since a page holds thousands. */
const classOf: Record<string, string> = {
  comment: "c",
  keyword: "k",
  string: "s",
  "string-expression": "s",
  constant: "n",
  function: "f",
};

/** TypeScript as HTML, line by line. The colours are the page's (`t-k` and so on in pages.css). */
export async function highlightLines(source: string): Promise<string[]> {
  const { codeToTokensBase } = await load();
  // Without a limit: on a busy machine the first lines take longer than Shiki allows, and would lose their colours.
  const lines = codeToTokensBase(source, { lang: "typescript", theme: "page", tokenizeTimeLimit: 0 });
  return lines.map((line) => {
    // Neighbours of one kind, and blanks between them, are one token.
    const merged: { kind: string; text: string }[] = [];
    for (const { content, color } of line) {
      const kind = classOf[/^var\(--code-token-([a-z-]+)\)$/.exec(color ?? "")?.[1] ?? ""] ?? "";
      const last = merged.at(-1);
      if (last && (last.kind === kind || content.trim() === "")) last.text += content;
      else merged.push({ kind, text: content });
    }
    return merged
      .map(({ kind, text }) => (kind ? `<t-${kind}>${escapeHtml(text)}</t-${kind}>` : escapeHtml(text)))
      .join("");
  });
}
