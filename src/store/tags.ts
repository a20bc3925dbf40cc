const mostTags = 12;
const longestTag = 40;

/** Tags as typed, separated by commas: trimmed, in lower case, each once. */
export function parseTags(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim().replace(/\s+/g, " ").toLowerCase().slice(0, longestTag).trim());
  return [...new Set(tags.filter((tag) => tag !== ""))].slice(0, mostTags);
}
