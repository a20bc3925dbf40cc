import type { Command, CommanderError } from "commander";
import { BadInput, isBadInput, nearest } from "../kit/errors.ts";

/** The options a command takes, with their dashes, hidden ones left out. */
function flagsOf(command: Command): string[] {
  return command.options.filter((option) => !option.hidden).flatMap((option) => (option.long ? [option.long] : []));
}

function quoted(message: string): string {
  return /'([^']*)'/.exec(message)?.[1] ?? "";
}

function unknownOption(command: Command, flag: string): BadInput {
  const flags = [...flagsOf(command), "--help"];
  const close = nearest(
    flag.replace(/^-+/, "").replace(/=.*$/s, ""),
    flags.map((known) => known.slice(2)),
  );
  const noun = command.name() === "reproduce" ? "parameter" : "option";
  const path = commandPath(command);
  return new BadInput(`there is no ${noun} ${flag.replace(/=.*$/s, "")}`, {
    remedy: close ? `Did you mean --${close}?` : `"${path} --help" shows what there is.`,
  });
}

/** "livepapers apply", or the whole path of a nested command. */
export function commandPath(command: Command): string {
  const above = command.parent ? `${commandPath(command.parent)} ` : "";
  return above + command.name();
}

/** Refuses a word that is no command and names the nearest. */
export function unknownCommand(word: string, known: readonly string[]): BadInput {
  const close = nearest(word, known);
  return new BadInput(`there is no command "${word}"`, {
    remedy: close ? `Did you mean "livepapers ${close}"?` : `The commands are ${known.join(", ")}.`,
  });
}

/**
 * A refusal of the command line's parser as one sentence of ours. `command` is the one that was being parsed.
 */
export function fromParser(error: CommanderError, command: Command): BadInput {
  const subject = quoted(error.message);
  const help = `See "${commandPath(command)} --help".`;
  switch (error.code) {
    case "commander.unknownOption":
      return unknownOption(command, subject);
    case "commander.missingArgument":
      return new BadInput(`the ${subject} is missing`, { remedy: help });
    case "commander.optionMissingArgument":
      return new BadInput("a value is missing", { where: subject.split(" ")[0] ?? subject, remedy: help });
    case "commander.missingMandatoryOptionValue":
      return new BadInput(`${subject.split(" ")[0]} is missing`, { remedy: help });
    case "commander.excessArguments": {
      const extra = /but got \d+: (.*)\.$/s.exec(error.message)?.[1]?.replace(/^.*, /s, "") ?? "";
      const lists = command.name() === "reproduce" ? "Lists are written with commas, as in 1,2,3. " : "";
      return new BadInput(`"${extra}" is one argument too many`, { remedy: lists + help });
    }
    default:
      return new BadInput(error.message.replace(/^error: /, ""), { remedy: help });
  }
}

const longest = 400;

/** What an error says; of a query that failed, what the database says, not the query. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const failed = error.message.startsWith("Failed query: ") && error.cause instanceof Error; // as Drizzle says it
  return failed ? `the database: ${messageOf(error.cause)}` : error.message;
}

/** One line for a reader, whatever went wrong; what is long, and the stack, is shown when LIVEPAPERS_DEBUG is set. */
export function oneLine(error: unknown): string {
  const message = messageOf(error).trim();
  const line = message.replace(/\s*\n\s*/g, " ");
  if (line === "") return "something went wrong";
  if (line.length <= longest || isBadInput(error)) return line;
  return `${(message.split("\n")[0] ?? "").slice(0, longest).replace(/:$/, "")}. LIVEPAPERS_DEBUG=1 shows more.`;
}
