import type { Card } from "../../../kit/paper.ts";
import { count } from "../lib/format.ts";
import { escapeHtml } from "../lib/markdown.ts";
import { sourcePages } from "../lib/source-pages.ts";
import { paperSources, type SourceFile, type SourceSegment } from "./source.server.ts";

const roles: Record<SourceFile["role"], string> = {
  method: "the method",
  shared: "shared by papers of this field",
  claim: "how the claim is measured",
  tool: "the tool for your data",
};

function segmentHtml(segment: SourceSegment, file: SourceFile): string {
  if (segment.imports) {
    return `<details class="segment-imports"><summary>imports</summary><pre><code>${segment.code}</code></pre></details>`;
  }
  const label = escapeHtml(`${file.name} from line ${segment.line}`);
  const code = segment.code
    ? `<pre tabindex="0" role="region" aria-label="${label}"><code>${segment.code}</code></pre>`
    : "";
  return `<div class="segment"><div class="segment-prose">${segment.prose}</div><div class="segment-code">${code}</div></div>`;
}

function fileHtml(file: SourceFile): string {
  const about = `<span class="tag">${roles[file.role]}, ${count(file.lines, "line")}</span>`;
  const title = `${escapeHtml(file.name)} ${about}`;
  const body = file.segments.map((segment) => segmentHtml(segment, file)).join("");
  const id = escapeHtml(file.name);
  return file.role === "method"
    ? `<section class="source" id="${id}"><h2>${title}</h2>${body}</section>`
    : `<details class="source" id="${id}"><summary>${title}</summary>${body}</details>`;
}

const made = new Map<string, readonly SourceFile[]>();

/** The sources of a paper as one piece of HTML, also kept in `sourcePages`; empty when there are none. */
export async function sourcePage({ field, slug }: Card): Promise<string> {
  const files = await paperSources({ field, slug });
  const before = made.get(slug);
  // Files that have not changed are the same objects.
  const same = before?.length === files.length && files.every((file, i) => file === before[i]);
  const html = (same ? sourcePages.get(slug) : undefined) ?? files.map(fileHtml).join("");
  made.set(slug, files);
  sourcePages.set(slug, html);
  return html;
}
