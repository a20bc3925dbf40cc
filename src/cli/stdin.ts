/** Standard input with a name whose ending says what is in it, as the endings of files do. */
export interface NamedInput {
  name: string;
  stream: AsyncIterable<Uint8Array>;
}

/** Of the endings a tool understands, the one that fits the first bytes of a stream. */
export function endingOf(head: Uint8Array, accepts: readonly string[]): string {
  const first = (...endings: string[]): string | undefined => endings.find((ending) => accepts.includes(ending));
  const text = new TextDecoder().decode(head);
  const line = text.split("\n", 1)[0] ?? "";
  const guesses = [
    text.startsWith("PAR1") ? first(".parquet") : undefined,
    head[8] === 0x7b && head[7] === 0 ? first(".safetensors") : undefined,
    /^\s*\{/.test(text) ? first(".jsonl", ".ndjson", ".json") : undefined,
    /^\s*\[/.test(text) ? first(".json", ".jsonl", ".ndjson") : undefined,
    line.includes("\t") ? first(".tsv", ".tab") : undefined,
    line.includes(",") ? first(".csv") : undefined,
  ];
  return guesses.find((guess) => guess !== undefined) ?? first(".txt", ".csv") ?? accepts[0] ?? "";
}

/** Reads the beginning of a stream to name it; the stream that comes back has all of it. */
export async function nameInput(
  source: AsyncIterable<Uint8Array>,
  accepts: readonly string[],
  signal: AbortSignal,
): Promise<NamedInput> {
  const iterator = source[Symbol.asyncIterator]();
  const stopped = new Promise<{ done: true; value: undefined }>((resolve) => {
    const stop = (): void => resolve({ done: true, value: undefined });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  const first = await Promise.race([iterator.next(), stopped]);
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (first.done) return;
    yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  const head = first.done ? new Uint8Array() : first.value.subarray(0, 4096);
  return { name: `stdin${endingOf(head, accepts)}`, stream: whole() };
}
