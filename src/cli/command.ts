import { Command, CommanderError } from "commander";
import { BadInput, isBadInput } from "../kit/errors.ts";
import { fieldsOf } from "../kit/params.ts";
import { version } from "../runs/about.ts";
import { addApply } from "./apply.ts";
import { addBounce } from "./bounce.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { addDigest } from "./digest.ts";
import { fromParser, oneLine, unknownCommand } from "./errors.ts";
import { rewriteBooleans } from "./flags.ts";
import { addImport } from "./import.ts";
import { addList } from "./list.ts";
import { addMigrate } from "./migrate.ts";
import { addNew } from "./new.ts";
import { Interrupted } from "./outcome.ts";
import { addReproduce } from "./reproduce.ts";
import { addServe } from "./serve.ts";
import { addShow } from "./show.ts";
import { type ClaimTarget, claimTarget, peek, type ToolTarget, toolTarget } from "./target.ts";
import { addVerify } from "./verify.ts";
import { addWorker } from "./worker.ts";

export const commandNames = [
  "list",
  "show",
  "reproduce",
  "apply",
  "serve",
  "worker",
  "migrate",
  "import",
  "digest",
  "bounce",
  "new",
  "verify",
] as const;

interface Targets {
  claim?: ClaimTarget;
  tool?: ToolTarget;
}

/** Loads what the command line names, so that its parameters can be options. */
async function targetsOf(argv: readonly string[]): Promise<Targets> {
  const { command, words } = peek(argv);
  if (command !== undefined && !commandNames.some((name) => name === command)) {
    throw unknownCommand(command, commandNames);
  }
  const [slug, next] = words;
  if (slug === undefined) return {};
  if (command === "reproduce") return { claim: await claimTarget(slug) };
  if (command === "apply") return { tool: await toolTarget(slug, next) };
  return {};
}

function createProgram(cli: Cli, answer: Answer, targets: Targets): Command {
  const program = new Command("livepapers");
  program
    .description("Daily papers that run: read a paper's claim, measure it, and apply its method to your own files.")
    .version(`livepapers ${version()}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.out.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(110, cli.out.columns),
      getOutHasColors: () => false,
    })
    .addHelpText("after", "\nExample:\n  livepapers reproduce system-ranking --scale quick");
  addList(program, cli);
  addShow(program, cli);
  addReproduce(program, cli, answer, targets.claim);
  addApply(program, cli, answer, targets.tool);
  addServe(program, cli, answer);
  addWorker(program, cli, answer);
  addMigrate(program, cli, answer);
  addImport(program, cli, answer);
  addDigest(program, cli, answer);
  addBounce(program, cli, answer);
  addNew(program, cli);
  addVerify(program, cli, answer);
  return program;
}

/** Runs the command line and returns the exit status; every error becomes one line on standard error. */
export async function runCommand(argv: readonly string[], cli: Cli): Promise<number> {
  try {
    return await dispatch(argv, cli);
  } catch (error) {
    if (error instanceof Interrupted || cli.signal.aborted) {
      cli.err.line("livepapers: stopped; no file was written.");
      return status.interrupted;
    }
    cli.err.line(`livepapers: ${cli.err.paint.bad(oneLine(error))}`);
    if (cli.env.LIVEPAPERS_DEBUG && error instanceof Error) cli.err.line(String(error.stack));
    return isBadInput(error) ? status.badInput : status.fault;
  }
}

/** A server may have papers that are not here; what they take is not known here either. */
async function targetsAt(argv: readonly string[], { env }: Cli): Promise<Targets> {
  try {
    return await targetsOf(argv);
  } catch (error) {
    const server = argv.some((word) => /^--server(?:=|$)/.test(word)) || Boolean(env.LIVEPAPERS_SERVER);
    if (!server || !isBadInput(error) || error.where !== undefined) throw error;
    throw new BadInput(error.message, { remedy: "At a server runs what this version has too." });
  }
}

async function dispatch(argv: readonly string[], cli: Cli): Promise<number> {
  const answer: Answer = { status: status.holds };
  const targets = await targetsAt(argv, cli);
  const program = createProgram(cli, answer, targets);
  if (argv.length === 0) {
    program.outputHelp();
    return status.holds;
  }
  const schema = targets.claim?.claim.params ?? targets.tool?.tool.options;
  const words = schema ? rewriteBooleans(argv, fieldsOf(schema)) : [...argv];
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return status.holds;
    throw refusal(error, commandOf(program, argv));
  }
  return answer.status;
}

/** The command of a line, or the command within it where it has some. */
function commandOf(program: Command, argv: readonly string[]): Command {
  const { command: name, words } = peek(argv);
  const command = program.commands.find((candidate) => candidate.name() === name);
  const inner = command?.commands.find((candidate) => candidate.name() === words[0]);
  return inner ?? command ?? program;
}

function refusal(error: CommanderError, command: Command): BadInput {
  if (error.code === "commander.missingArgument" && /slug/.test(error.message) && command.name() !== "new") {
    return new BadInput(`${command.name()} needs the slug of a paper`, {
      remedy: '"livepapers list" shows them all.',
    });
  }
  return fromParser(error, command);
}
