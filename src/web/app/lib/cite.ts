import type { Card } from "../../../kit/paper.ts";

const special: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  "#": "\\#",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
};

/** Text for a BibTeX field; maths between dollars stays. */
function field(text: string): string {
  return text
    .split(/(\$[^$]*\$)/)
    .map((piece, i) => (i % 2 === 1 ? piece : piece.replace(/[\\{}&%#_~^]/g, (c) => special[c] ?? c)))
    .join("");
}

/** The paper as a BibTeX entry: the venue where it has one, the arXiv id always. */
export function bibtex(card: Card): string {
  const family = (card.authors[0] ?? "anonymous").split(" ").at(-1) ?? "anonymous";
  const plain = family.normalize("NFD").replace(/[^a-zA-Z]/g, "");
  const word = card.slug.split("-")[0] ?? card.slug;
  const entries: [string, string][] = [
    ["title", `{${field(card.title)}}`],
    ["author", field(card.authors.join(" and "))],
    ["year", String(card.year)],
    ...(card.venue ? ([["booktitle", field(card.venue)]] satisfies [string, string][]) : []),
    ["eprint", card.arxiv],
    ["archivePrefix", "arXiv"],
    ["url", `https://arxiv.org/abs/${card.arxiv}`],
  ];
  const width = Math.max(...entries.map(([name]) => name.length));
  const lines = entries.map(([name, value]) => `  ${name.padEnd(width)} = {${value}}`);
  const type = card.venue ? "inproceedings" : "misc";
  return `@${type}{${plain.toLowerCase()}${card.year}${word},\n${lines.join(",\n")}\n}\n`;
}
