import type { Readable } from "node:stream";
import type { LabelQuestion } from "../../kit/label-session.ts";
import type { Sheet } from "../terminal/sheet.ts";

/** What a reader says to a question. */
export type Reply = { label: string } | "skip" | "quit";

/** Puts a question to a reader. */
export interface Asker {
  ask(question: LabelQuestion, number: number): Promise<Reply>;
  close(): void;
}

/** `s` skips and `q` quits; `=s` is the class named s. Empty is no answer. */
export function replyOf(text: string): Reply | undefined {
  const typed = text.trim();
  if (typed === "") return undefined;
  if (typed === "s") return "skip";
  if (typed === "q") return "quit";
  return { label: typed.startsWith("=") ? typed.slice(1).trim() || typed : typed };
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/** The record and what is known of it, as text. */
export function describe({ place, fields, classes, guess }: LabelQuestion, number: number): string {
  const width = Math.max(...fields.map(({ name }) => name.length));
  const rows = fields.map(({ name, value }) => `  ${name.padEnd(width)}  ${value}`);
  const shown = classes.length > 12 ? `${classes.slice(0, 12).join(", ")}, …` : classes.join(", ");
  const known = classes.length > 0 ? `Classes so far: ${shown}.` : "No class has been seen yet.";
  const guessed = guess ? ` The model guesses ${guess.label} (${percent(guess.confidence)}).` : "";
  return [`Question ${number}: ${place}`, ...rows, `${known}${guessed}`].join("\n");
}

/** Reads answers line by line, for input that is no terminal; its end, or Ctrl-C, is "quit". */
export function lineAsker(input: AsyncIterable<Uint8Array>, sheet: Sheet, signal: AbortSignal): Asker {
  const lines = linesOf(input);
  const stopped = new Promise<{ done: true }>((resolve) => {
    if (signal.aborted) resolve({ done: true });
    else signal.addEventListener("abort", () => resolve({ done: true }), { once: true });
  });
  return {
    async ask(question, number) {
      sheet.line(describe(question, number));
      for (;;) {
        const next = await Promise.race([lines.next(), stopped]);
        if (next.done) return "quit";
        const reply = replyOf(next.value);
        if (reply) return reply;
      }
    },
    close() {
      void lines.return(undefined).catch(() => {});
    },
  };
}

async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of input) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest.trim() !== "") yield rest;
}

/** Asks in a terminal. A class that is new is asked about once more, because a typing error would be one. */
export async function promptAsker(input: Readable, output: NodeJS.WritableStream, signal: AbortSignal): Promise<Asker> {
  const { confirm, isCancel, note, text } = await import("@clack/prompts");
  const streams = { input, output: output as NodeJS.WriteStream, signal };
  return {
    async ask(question, number) {
      const [title = "", ...body] = describe(question, number).split("\n");
      note(body.join("\n"), title, streams);
      for (;;) {
        const typed = await text({
          ...streams,
          message: "Its class? (s skips, q quits)",
          validate: (value) => (replyOf(value ?? "") ? undefined : "Type a class, s or q."),
        });
        const reply = isCancel(typed) ? "quit" : replyOf(typed);
        if (reply === undefined) continue;
        if (typeof reply === "string" || question.classes.length === 0 || question.classes.includes(reply.label))
          return reply;
        const sure = await confirm({
          ...streams,
          message: `"${reply.label}" is a new class. Add it?`,
          initialValue: false,
        });
        if (isCancel(sure)) return "quit";
        if (sure) return reply;
      }
    },
    close() {},
  };
}
