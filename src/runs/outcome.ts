import { isBadInput } from "../kit/errors.ts";
import { LimitReached } from "./protocol.ts";
import type { Outcome } from "./types.ts";

const noMemory = /allocation failed|out of memory|could not allocate|Maximum memory size exceeded/i;

/** First line of a message, without folders of this machine, at most 200 characters. */
function safe(message: string): string {
  const line = (message.split("\n")[0] ?? "").trim();
  return line
    .replace(/(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][\w.@+-]+){2,}/g, (path) => path.split(/[\\/]/).pop() ?? "")
    .slice(0, 200);
}

/** The outcome of a run that threw: what a reader may be told, without stack trace. */
export function outcomeOf(error: unknown): Outcome {
  if (isBadInput(error)) return { status: "bad input", message: error.message };
  if (!(error instanceof Error)) return { status: "failed", message: "The run failed." };
  if (error.name === "Cancelled") return { status: "cancelled", message: error.message };
  if (error instanceof LimitReached) return { status: "limit", message: error.message };
  if (error.name === "RangeError" && noMemory.test(error.message)) {
    return { status: "limit", message: "The run needed more memory than this machine gives it and was stopped." };
  }
  const code = (error as { code?: unknown }).code;
  const detail = typeof code === "string" && /^E[A-Z]+$/.test(code) ? code : safe(error.message);
  return { status: "failed", message: detail === "" ? "The run failed." : `The run failed: ${detail}` };
}
