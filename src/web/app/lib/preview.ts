/** The beginning of a text file: at most `lines` lines of at most `width` characters. */
export interface Preview {
  text: string;
  /** More follows. */
  cut: boolean;
}

const textLike = /^text\/|json|csv|xml|yaml|x-bibtex/;

/** Whether a file can be shown as text, by its media type. */
export function isText(mediaType: string): boolean {
  return textLike.test(mediaType);
}

export function previewOf(text: string, { lines = 12, width = 160, whole = true } = {}): Preview {
  const all = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  const head = all.slice(0, lines).map((line) => (line.length > width ? `${line.slice(0, width)}…` : line));
  return { text: head.join("\n"), cut: !whole || all.length > lines };
}

const previewBytes = 16 << 10;

/** The beginning of an output that is in this page, or undefined when it is not text. */
export async function previewBlob(blob: Blob, mediaType: string): Promise<Preview | undefined> {
  if (!isText(mediaType)) return undefined;
  const whole = blob.size <= previewBytes;
  return previewOf(await blob.slice(0, previewBytes).text(), { whole });
}

/** The beginning of an output on the server: reads no more of it than is shown. */
export async function previewUrl(url: string, mediaType: string): Promise<Preview | undefined> {
  if (!isText(mediaType)) return undefined;
  const response = await fetch(url);
  const reader = response.ok ? response.body?.getReader() : undefined;
  if (!reader) return undefined;
  const decoder = new TextDecoder();
  let text = "";
  let whole = false;
  while (text.length < previewBytes) {
    const { done, value } = await reader.read();
    if (done) {
      whole = true;
      break;
    }
    text += decoder.decode(value, { stream: true });
  }
  if (!whole) await reader.cancel();
  return previewOf(text, { whole });
}
