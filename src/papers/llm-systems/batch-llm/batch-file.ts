import { BadInput } from "../../../kit/errors.ts";
import { formatBytes, type InputFile } from "../../../kit/files.ts";
import { readJsonLines } from "../../../kit/tables.ts";
import type { Request } from "./prefix-tree.ts";
import { wordTokens } from "./word-tokens.ts";

/** A batch as read: the requests, and every line as it stood, to be written again in another order. */
export interface Batch {
  requests: Request[];
  lines: string[];
}

const byteLimit = 512 << 20;
const tokenLimit = 200_000_000;

/**
 * Reads JSON Lines of requests: `{"id", "prompt", "max_tokens"}`, or OpenAI's batch format
 * (`{"custom_id", "body": {"messages", "max_tokens"}}`, whose messages are joined in order). A line without an output length
 * gets `defaultOutput`; one without an id gets its line number.
 */
export async function readBatch(file: InputFile, defaultOutput: number): Promise<Batch> {
  if (file.size !== undefined && file.size > byteLimit) throw tooLarge(file.name);
  const batch: Batch = { requests: [], lines: [] };
  const seen = new Map<string, number>();
  let bytes = 0;
  let tokens = 0;
  for await (const { value, line } of readJsonLines(file)) {
    const where = `${file.name}, line ${line}`;
    const { id, prompt, outLen } = parseRequest(value, where, String(line), defaultOutput);
    const first = seen.get(id);
    if (first !== undefined) throw new BadInput(`the id "${id}" stands on line ${first} already`, { where });
    seen.set(id, line);
    const text = JSON.stringify(value);
    const request = { id, tokens: Int32Array.from(wordTokens(prompt)), outLen };
    bytes += text.length;
    tokens += request.tokens.length;
    if (bytes > byteLimit) throw tooLarge(file.name);
    if (tokens > tokenLimit) {
      throw new BadInput(`the prompts have more than ${tokenLimit.toLocaleString("en")} tokens`, {
        where,
        remedy: "Split the batch.",
      });
    }
    batch.requests.push(request);
    batch.lines.push(text);
  }
  if (batch.requests.length === 0) throw new BadInput("the file is empty", { where: file.name });
  return batch;
}

function tooLarge(name: string): BadInput {
  return new BadInput(`the batch is larger than the limit of ${formatBytes(byteLimit)}`, {
    where: name,
    remedy: "Split it.",
  });
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseRequest(value: unknown, where: string, fallbackId: string, defaultOutput: number) {
  if (!isObject(value)) throw new BadInput("the line is not a JSON object", { where });
  const body = isObject(value.body) ? value.body : value;
  const id = value.id ?? value.custom_id ?? fallbackId;
  if (typeof id !== "string" && typeof id !== "number")
    throw new BadInput("the id is neither text nor a number", { where });
  const cap = body.max_tokens ?? body.max_completion_tokens ?? defaultOutput;
  if (!(typeof cap === "number" && Number.isInteger(cap) && cap >= 1 && cap <= 10_000_000)) {
    throw new BadInput(`max_tokens is ${JSON.stringify(cap)}, not a whole number from 1 to 10000000`, { where });
  }
  const prompt = "messages" in body ? joinMessages(body.messages, where) : body.prompt;
  if (typeof prompt !== "string") throw new BadInput('the line has no "prompt" text and no "messages"', { where });
  if (prompt === "") throw new BadInput("the prompt is empty", { where });
  return { id: String(id), prompt, outLen: cap };
}

function joinMessages(messages: unknown, where: string): string {
  if (!Array.isArray(messages)) throw new BadInput('"messages" is not a list', { where });
  return messages
    .map((message, i) => {
      if (!isObject(message)) throw new BadInput(`message ${i + 1} is not an object`, { where });
      const { role = "user", content } = message;
      if (typeof content === "string") return `${String(role)}: ${content}\n`;
      if (!Array.isArray(content)) throw new BadInput(`message ${i + 1} has no text content`, { where });
      const texts = content.map((part) => (isObject(part) && typeof part.text === "string" ? part.text : ""));
      return `${String(role)}: ${texts.join("")}\n`;
    })
    .join("");
}
