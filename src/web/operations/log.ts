import { type Logger, pino } from "pino";
import { BadInput } from "../../kit/errors.ts";
import type { Environment } from "../settings.ts";

export type { Logger } from "pino";

const levels = ["debug", "info", "warn", "error", "silent"];

export interface LogOptions {
  env: Environment;
  /** Takes one line, without its end. */
  write(line: string): void;
  /** Somebody reads along: lines of words rather than JSON, unless LIVEPAPERS_LOG_FORMAT says otherwise. */
  terminal: boolean;
}

function oneOf(env: Environment, name: string, known: readonly string[], fallback: string): string {
  const value = env[name] || fallback;
  if (known.includes(value)) return value;
  throw new BadInput(`"${value.slice(0, 40)}" is not one of ${known.join(", ")}`, { where: name });
}

/** What a line of JSON says, in words. */
function words(line: string): string {
  const { msg, stack } = JSON.parse(line) as { msg?: string; stack?: string };
  return stack ? `${msg ?? ""}\n${stack}` : (msg ?? "");
}

/** The operator's log: one JSON object a line, or words on a terminal. No line has addresses of people or of their machines. */
export function openLog({ env, write, terminal }: LogOptions): Logger {
  const level = oneOf(env, "LIVEPAPERS_LOG", levels, "info");
  const format = oneOf(env, "LIVEPAPERS_LOG_FORMAT", ["json", "lines"], terminal ? "lines" : "json");
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(format === "json" ? line.trimEnd() : words(line)) },
  );
}

export function silentLog(): Logger {
  return pino({ level: "silent" });
}
