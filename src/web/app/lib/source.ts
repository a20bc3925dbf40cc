/** A stretch of a source file: its doc comments as Markdown and the numbers of the lines of code they explain, from 0. */
export interface Segment {
  prose: string;
  lines: number[];
  /** Import statements and nothing else. */
  imports: boolean;
}

/** The text inside a doc comment, as Markdown; tags become a list. */
export function proseOf(comment: string): string {
  const inner = comment.replace(/^\s*\/\*\*+/, "").replace(/\*+\/\s*$/, "");
  const lines = inner.split("\n").map((line) => line.replace(/^\s*\*(?!\*) ?/, "").trimEnd());
  const text = lines.join("\n").replace(/\{@(?:link|linkcode)\s+([^}|]+?)(?:\s*\|\s*([^}]+))?\}/g, (_, name, label) => {
    return label ? String(label) : `\`${name}\``;
  });
  const [body = "", ...tags] = text.split(/^[ \t]*@(?=[a-z])/m);
  const items = tags.map((tag) => {
    const [, name = "", rest = ""] = /^(\S+)\s*([\s\S]*)$/.exec(tag.trim()) ?? [];
    const folded = rest.replace(/\s*\n\s*/g, " ").replace(/^\{[^}]*\}\s*/, "");
    if (name === "param" || name === "typeParam" || name === "template") {
      const [, parameter = "", meaning = ""] = /^(\S+)\s*(?:[-–—]\s*)?(.*)$/.exec(folded) ?? [];
      return `- \`${parameter}\` ${meaning}`;
    }
    const label = { returns: "Returns", return: "Returns", throws: "Throws", example: "Example" }[name] ?? name;
    return `- *${label}* ${folded}`;
  });
  return [body.trim(), items.join("\n")].filter((part) => part !== "").join("\n\n");
}

/** Where a doc comment starts and ends (not included), and how deep it is indented. */
interface Comment {
  start: number;
  end: number;
  indent: number;
}

function commentsOf(lines: readonly string[]): Comment[] {
  const found: Comment[] = [];
  for (let i = 0; i < lines.length; i++) {
    const open = /^(\s*)\/\*\*(?!\/)/.exec(lines[i] ?? "");
    if (!open) continue;
    let end = i;
    while (end < lines.length && !(lines[end] ?? "").includes("*/")) end++;
    // A comment with code behind it on its last line stays where it is.
    if (/\*\/\s*$/.test(lines[end] ?? "")) found.push({ start: i, end: end + 1, indent: (open[1] ?? "").length });
    i = end;
  }
  return found;
}

const modifiers = /^(?:(?:export|readonly|async|static|private|public|abstract|const|let|function|get|set)\s+|[*#])*/;

/** The name that a line declares: a member, a parameter or a local function. */
function declaredName(line: string): string {
  return /^[\w$]+/.exec(line.trim().replace(modifiers, ""))?.[0] ?? "";
}

/** How many lines the import statements at the head of a file take. */
function importLines(lines: readonly string[]): number {
  const match = /^(?:\s*import\b[^;]*;[^\n]*\n?)+/.exec(lines.join("\n"));
  return match ? match[0].replace(/\n$/, "").split("\n").length : 0;
}

/**
 * Cuts a TypeScript source into segments. Doc comments at the left margin start one, and so do longer ones (three lines or
 * more) on members of a class. Shorter ones further in become a list after the prose: name, and what is said of it. Import
 * statements at the head of the file are a segment of their own.
 */
export function segmentsOf(source: string): Segment[] {
  const lines = source.replace(/\n$/, "").split("\n");
  const comments = commentsOf(lines);
  const opens = (c: Comment): boolean => c.indent === 0 || (c.indent === 2 && c.end - c.start >= 3);
  const text = (c: Comment): string => proseOf(lines.slice(c.start, c.end).join("\n"));
  const segments: Segment[] = [];
  const push = (head: Comment | undefined, start: number, end: number): void => {
    const inner = comments.filter((c) => c.start >= start && c.end <= end && !opens(c));
    const items = inner.map((c) => {
      const name = declaredName(lines[c.end] ?? "");
      return `- ${name === "" ? "" : `\`${name}\` `}${text(c).replace(/\s*\n\s*/g, " ")}`;
    });
    const kept: number[] = [];
    for (let i = start; i < end; i++) {
      if (!inner.some((c) => i >= c.start && i < c.end)) kept.push(i);
    }
    const isBlank = (index: number | undefined): boolean => index !== undefined && (lines[index] ?? "").trim() === "";
    while (isBlank(kept[0])) kept.shift();
    while (isBlank(kept.at(-1))) kept.pop();
    const prose = [head ? text(head) : "", items.join("\n")].filter((part) => part !== "").join("\n\n");
    if (prose === "" && kept.length === 0) return;
    segments.push({ prose, lines: kept, imports: end === imports });
  };
  const heads = comments.filter(opens);
  const imports = importLines(lines);
  if (imports > 0) push(undefined, 0, imports);
  push(undefined, imports, heads[0]?.start ?? lines.length);
  for (const [index, head] of heads.entries()) push(head, head.end, heads[index + 1]?.start ?? lines.length);
  return segments;
}
