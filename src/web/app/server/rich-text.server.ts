import katex from "katex";
import { wordPattern } from "../../../feed/search/search.ts";
import { createMarkdown, escapeHtml } from "../lib/markdown.ts";

/** One formula as HTML with MathML inside; a formula that KaTeX cannot read is shown as it was written. */
export function mathHtml(formula: string, display: boolean): string {
  return katex.renderToString(formula, {
    displayMode: display,
    throwOnError: false,
    errorColor: "inherit",
    strict: false,
    trust: false,
    // Abstracts are written by anybody: nothing of them is large or long at will.
    maxSize: 10,
    maxExpand: 300,
  });
}

/** Markdown with maths, set on the server. */
export const markdownHtml = createMarkdown(mathHtml);

/** One line of text with inline `$…$` and `` `code` ``, as safe HTML. */
export function richText(text: string): string {
  return setText(text, escapeHtml);
}

/** The same where `plain` sets what is neither; it has to escape. */
function setText(text: string, plain: (part: string) => string): string {
  const pattern = /\$\$([^$]+)\$\$|\$(?!\s)([^$\n]*[^$\s\\])\$(?!\d)|`([^`\n]+)`/g;
  let html = "";
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, display, inline, code] = match;
    html += plain(text.slice(at, match.index));
    if (code !== undefined) html += `<code>${escapeHtml(code)}</code>`;
    else html += mathHtml(display ?? inline ?? "", display !== undefined);
    at = match.index + whole.length;
  }
  return html + plain(text.slice(at));
}

/** `richText` with the words marked that `isHit` names. */
export function markedText(text: string, isHit: (word: string) => boolean): string {
  return setText(text, (part) => {
    let html = "";
    let at = 0;
    for (const match of part.matchAll(wordPattern)) {
      const [word] = match;
      if (!isHit(word)) continue;
      html += `${escapeHtml(part.slice(at, match.index))}<mark>${escapeHtml(word)}</mark>`;
      at = match.index + word.length;
    }
    return html + escapeHtml(part.slice(at));
  });
}

/** The first sentence of a summary, for a list. */
export function firstSentence(text: string): string {
  for (const match of text.matchAll(sentenceEnd)) {
    const sentence = text.slice(0, match.index + 1);
    if (isWhole(sentence)) return sentence;
  }
  return text;
}

/** The sentence of a text that has most of the words that `isHit` names; the first one where none has any. */
export function bestSentence(text: string, isHit: (word: string) => boolean): string {
  let best = "";
  let most = -1;
  for (let rest = text; rest.trim() !== ""; ) {
    const sentence = firstSentence(rest);
    rest = rest.slice(sentence.length);
    const hits = new Set([...sentence.matchAll(wordPattern)].map(([word]) => word.toLowerCase()).filter(isHit)).size;
    if (hits > most) {
      most = hits;
      best = sentence.trim();
    }
  }
  return best;
}

const sentenceEnd = /[.!?](?=\s+["“(]?[\p{Lu}$])/gu;

/** Ends where a sentence ends: not within a formula, nor behind an abbreviation. */
function isWhole(sentence: string): boolean {
  const insideMath = (sentence.match(/\$/g)?.length ?? 0) % 2 === 1;
  return !insideMath && !/\b(?:e\.g|i\.e|al|vs|Fig|Tab|Eq|Sec|no)\.$/.test(sentence);
}
