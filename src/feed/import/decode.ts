/** The text of an answer, in the encoding it says it has: by byte-order mark, by header, by its first line, or UTF-8. What cannot be read becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, contentType = ""): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  const labels = [
    markOf(bytes),
    /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1],
    /^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)/i.exec(start)?.[1],
    "utf-8",
  ];
  for (const label of labels) {
    if (label === undefined) continue;
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes);
    } catch {
      // an encoding nobody knows, or not the one of these bytes
    }
  }
  return new TextDecoder("utf-8").decode(bytes);
}

function markOf([first, second]: Uint8Array): string | undefined {
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return undefined;
}
