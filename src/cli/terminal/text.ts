const combining = /\p{M}/gu;
const wide = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u{1F300}-\u{1FAFF}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character of terminal colours
const ansi = /\u001b\[[0-9;]*m/g;

/** Columns a text takes in a terminal: no colours counted, no combining marks, two for wide letters. */
export function textWidth(text: string): number {
  const bare = text.replace(ansi, "").replace(combining, "");
  return [...bare].length + (bare.match(wide)?.length ?? 0);
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - textWidth(text))) + text;
}

/** At most `width` columns of a text without colours, the end replaced by "…" where text was lost. */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const letter of text) {
    used += textWidth(letter);
    if (used > width - 1) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

/** Breaks a paragraph at spaces into lines of at most `width` columns; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** Wraps within `columns` (no wider than reads well) behind an indent; later lines may be indented more. */
export function paragraph(text: string, columns: number, indent = 0, hang = indent): string {
  const width = Math.max(20, Math.min(columns, 100) - Math.max(indent, hang));
  return wrap(text, width)
    .map((line, i) => " ".repeat(i === 0 ? indent : hang) + line)
    .join("\n");
}

/** A command line that can be copied: broken before options with a backslash where it is longer than a line. */
export function commandLine(command: string, columns: number, indent = 2): string {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  for (const part of command.split(/ (?=--)/)) {
    const longer = line.trim() === "" ? line + part : `${line} ${part}`;
    if (line.trim() !== "" && textWidth(longer) > columns - 2) {
      lines.push(`${line} \\`);
      line = `${" ".repeat(indent + 4)}${part}`;
    } else line = longer;
  }
  return [...lines, line].join("\n");
}

/** "4.2 s", "1 min 05 s", "2 h 03 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
