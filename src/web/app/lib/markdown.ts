import { Marked, type Tokens } from "marked";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text that stands in HTML as it is written. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

/** Sets one formula; `display` on a line of its own. */
export type MathRenderer = (formula: string, display: boolean) => string;

/**
 * Markdown as safe HTML: raw HTML is shown as text, links lead to the web or within the site, images become their text,
 * and `$…$` and `$$…$$` are maths.
 */
export function createMarkdown(renderMath: MathRenderer): (markdown: string) => string {
  const marked = new Marked({ gfm: true, async: false });
  const mathToken = (raw: string, formula: string, display: boolean) => ({
    type: display ? "displayMath" : "inlineMath",
    raw,
    formula: formula.trim(),
    display,
  });
  const renderer = (token: Tokens.Generic): string => renderMath(String(token.formula), token.display === true);
  marked.use({
    extensions: [
      {
        name: "displayMath",
        level: "inline",
        start: (source) => source.indexOf("$$"),
        tokenizer(source) {
          const match = /^\$\$([^$]+)\$\$/.exec(source);
          return match ? mathToken(match[0], match[1] ?? "", true) : undefined;
        },
        renderer,
      },
      {
        name: "inlineMath",
        level: "inline",
        start: (source) => source.indexOf("$"),
        tokenizer(source) {
          const match = /^\$(?!\s)([^$]*[^$\s\\])\$(?!\d)/.exec(source);
          return match ? mathToken(match[0], match[1] ?? "", false) : undefined;
        },
        renderer,
      },
    ],
    renderer: {
      html: ({ text }) => escapeHtml(text),
      image: ({ text }) => escapeHtml(text),
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        return /^(?:https?:|mailto:|\/(?!\/)|#)/i.test(href) ? `<a href="${escapeHtml(href)}">${inner}</a>` : inner;
      },
      table({ header, rows }) {
        const cell = (tag: string, tokens: Parameters<typeof this.parser.parseInline>[0]): string =>
          `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
        const head = header.map((h) => cell("th", h.tokens)).join("");
        const body = rows.map((row) => `<tr>${row.map((c) => cell("td", c.tokens)).join("")}</tr>`).join("");
        return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
      },
    },
  });
  return (markdown) => marked.parse(markdown, { async: false });
}
