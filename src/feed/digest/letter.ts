import { plainMath } from "../../kit/plain-math.ts";
import type { MailMessage } from "../../mail/message.ts";
import type { DigestEntry } from "./entries.ts";

export interface LetterOptions {
  to: string;
  /** A day as 2026-11-27 or a week as 2026-W48. */
  period: string;
  /** In words, see `wishWords`. */
  wish: string;
  entries: readonly DigestEntry[];
  siteUrl: URL;
  manage: string;
  unsubscribe: string;
  /** Names the message, the same each time it is sent. */
  id: string;
}

const width = 74;

/** Breaks a text into lines for a plain mail program; addresses are never broken. */
export function wrapped(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(indent + line);
  return lines.join("\n");
}

/** A period as a reader says it: "27 November 2026", "week 48 of 2026". */
export function periodWords(period: string): string {
  const [, year, week] = /^(\d{4})-W(\d\d)$/.exec(period) ?? [];
  if (week !== undefined) return `week ${Number(week)} of ${year}`;
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(Date.parse(period));
}

function verdictWords({ isClaim, runnable, verdict }: DigestEntry): string {
  if (verdict) return `Measured here: ${verdict.outcome} (${verdict.runs === 1 ? "1 run" : `${verdict.runs} runs`})`;
  if (!isClaim) return "Not runnable here yet";
  return runnable ? "Not measured here yet" : "Not runnable yet";
}

function authorWords(authors: readonly string[]): string {
  if (authors.length <= 3) return authors.join(", ");
  return `${authors[0]} and ${authors.length - 1} others`;
}

/** What stands in both parts of the message, as plain text. */
function linesOf(entry: DigestEntry, siteUrl: URL) {
  return {
    title: plainMath(entry.title),
    about: [authorWords(entry.authors), String(entry.year), entry.fieldTitle].filter(Boolean).join(" · "),
    words: plainMath(entry.words),
    source: entry.isClaim || entry.words === "" ? "" : "From the authors’ abstract.",
    verdict: verdictWords(entry),
    url: new URL(entry.path, siteUrl).href,
    arxiv: `https://arxiv.org/abs/${entry.arxiv}`,
  };
}

/** The digest as a message: text that reads well by itself, and the same in HTML with its styles on the elements and nothing from elsewhere. */
export function digestLetter(options: LetterOptions): MailMessage {
  const { to, period, entries, siteUrl, unsubscribe, id } = options;
  const lines = entries.map((entry) => linesOf(entry, siteUrl));
  const first = lines[0]?.title ?? "";
  return {
    to,
    id,
    subject: `${lines.length === 1 ? "One paper" : `${lines.length} papers`}: ${first}`.slice(0, 150),
    text: textOf(lines, options),
    html: htmlOf(lines, options, periodWords(period)),
    headers: {
      "List-Unsubscribe": `<${unsubscribe}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      Precedence: "bulk",
    },
  };
}

type Lines = ReturnType<typeof linesOf>;

function textOf(lines: readonly Lines[], { period, wish, manage, unsubscribe }: LetterOptions): string {
  const blocks = lines.map(({ title, about, words, source, verdict, url, arxiv }, i) =>
    [
      wrapped(`${i + 1}. ${title}`).replaceAll("\n", "\n   "),
      wrapped(about, "   "),
      "",
      wrapped(words, "   "),
      ...(source === "" ? [] : [`   ${source}`]),
      "",
      wrapped(`${verdict}.`, "   "),
      `   ${url}`,
      `   ${arxiv}`,
    ].join("\n"),
  );
  return `Trending papers, ${periodWords(period)}

${blocks.join("\n\n\n")}

-- 
${wrapped(`You get this ${wish}.`)}
Change it: ${manage}
Unsubscribe: ${unsubscribe}
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const serif = "font-family:Georgia,'Times New Roman',serif";
const sans = "font-family:Helvetica,Arial,sans-serif";

function htmlOf(lines: readonly Lines[], options: LetterOptions, period: string): string {
  const { wish, manage, unsubscribe } = options;
  const link = (url: string, text: string, style = "color:#9a3412"): string =>
    `<a href="${escaped(url)}" style="${style}">${escaped(text)}</a>`;
  const blocks = lines.map(
    ({ title, about, words, source, verdict, url, arxiv }) => `
<h2 style="${serif};font-size:19px;line-height:1.35;margin:28px 0 4px">${link(url, title, "color:#1c1917;text-decoration:none")}</h2>
<p style="${sans};font-size:13px;line-height:1.5;color:#57534e;margin:0 0 8px">${escaped(about)}</p>
<p style="${serif};font-size:16px;line-height:1.5;margin:0 0 8px">${escaped(words)}</p>${
      source &&
      `
<p style="${sans};font-size:13px;line-height:1.5;color:#57534e;margin:0 0 8px">${escaped(source)}</p>`
    }
<p style="${sans};font-size:13px;line-height:1.5;margin:0"><b>${escaped(verdict)}</b> &#183; ${link(url, "Read and run")} &#183; ${link(arxiv, "arXiv")}</p>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Trending papers</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1c1917">
<div style="max-width:640px;margin:0 auto">
<h1 style="${serif};font-size:24px;line-height:1.3;margin:0">Trending papers, ${escaped(period)}</h1>
${blocks.join("\n")}
<p style="${sans};font-size:12px;line-height:1.5;color:#57534e;margin:32px 0 0;border-top:1px solid #d6d3d1;padding-top:12px">You get this ${escaped(wish)}. ${link(manage, "Change it")} or ${link(unsubscribe, "unsubscribe")}.</p>
</div>
</body>
</html>
`;
}
