import katex from "katex";
import { Marked } from "marked";

export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** A formula as MathML, which browsers set without a style sheet or fonts of ours. */
function formula(tex: string): string {
  return katex.renderToString(tex, { output: "mathml", throwOnError: false });
}

/** Prose with inline `$…$` maths as HTML. */
export function proseHtml(text: string): string {
  return text
    .split(/(\$[^$\n]+\$)/)
    .map((part) => (/^\$[^$]+\$$/.test(part) ? formula(part.slice(1, -1)) : escapeHtml(part)))
    .join("");
}

/** A note's Markdown as HTML; raw HTML in it is shown as text, and links are kept to the web. */
export function markdownHtml(markdown: string): string {
  const formulas: string[] = [];
  const held = markdown.replace(/\$([^$\n]+)\$/g, (_, tex: string) => `\uE000${formulas.push(formula(tex)) - 1}\uE001`);
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escapeHtml(text),
      image: ({ text }) => escapeHtml(text),
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        return /^https?:\/\//.test(href) ? `<a href="${escapeHtml(href)}">${text}</a>` : text;
      },
    },
  });
  const html = marked.parse(held, { async: false });
  return html.replace(/\uE000(\d+)\uE001/g, (_, at: string) => formulas[Number(at)] ?? "");
}
