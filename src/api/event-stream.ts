/** A message of a stream of server-sent events, or a comment, which only says that its sender is there. */
export interface StreamMessage {
  id: string | undefined;
  /** Undefined for a comment. */
  data: string | undefined;
}

/** The messages of an event stream, whole ones only: what a lost connection cut off is left out. */
export async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const message = messageOf(block);
        if (message) yield message;
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // it may have failed already
  }
}

function messageOf(block: string): StreamMessage | undefined {
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, name, value = ""] = /^([^:]+):? ?(.*)$/.exec(line) ?? [];
    if (name === "id") id = value;
    else if (name === "data") data.push(value);
  }
  if (data.length > 0) return { id, data: data.join("\n") };
  return block.startsWith(":") ? { id: undefined, data: undefined } : undefined;
}
