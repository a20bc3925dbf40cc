import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { BadInput } from "../kit/errors.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { serverDatabase } from "./database.ts";

/** A notification has the headers of the message or all of it, and a digest has some 50 kB. */
const mostBytes = 4 << 20;

/** Undefined for a message that is too large; it is read to its end all the same, or the mail server would try again. */
async function readMessage(cli: Cli): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of cli.stdin) {
    size += part.length;
    if (size <= mostBytes) parts.push(part);
  }
  return size <= mostBytes ? Buffer.concat(parts) : undefined;
}

/** Takes a message; what was done with it, in a sentence. */
async function takeBounce(cli: Cli): Promise<string> {
  const databaseUrl = serverDatabase(cli.env, "bounce");
  const { readBounce } = await import("../mail/bounce.ts");
  const { bouncedId } = await import("../feed/digest/bounce-address.ts");
  const { keyFor, readSecret } = await import("../store/secret.ts");
  const message = await readMessage(cli);
  const bounce = message && (await readBounce(message));
  if (!bounce) return "This is no delivery status notification; nothing is noted.";
  if (!bounce.blame) return "Nothing has failed for good; nothing is noted.";
  if (bounce.blame === "us")
    return "The message was refused by policy, for which no subscriber is to blame; nothing is noted.";
  const dataDir = cli.env.LIVEPAPERS_DATA || "data";
  if (!cli.env.LIVEPAPERS_SECRET && !existsSync(join(dataDir, "secret"))) {
    // One made now would fit no address.
    throw new BadInput("the secret of the site is not here", {
      where: "LIVEPAPERS_SECRET",
      remedy: "Give the command the environment of the site.",
    });
  }
  const secret = await readSecret(cli.env.LIVEPAPERS_SECRET, dataDir);
  const key = keyFor(secret, "bounces");
  const id = bounce.to.map((address) => bouncedId(key, address)).find((found) => found !== undefined);
  if (id === undefined) return "This was not sent to an address that this site has signed; nothing is noted.";
  const { openStore } = await import("../store/store.ts");
  const { noteBounce } = await import("../store/deliveries.ts");
  const store = await openStore({ databaseUrl });
  try {
    const unknown = bounce.blame === "address";
    if (!(await noteBounce(store.db, id, unknown))) return "The subscription has ended; nothing is noted.";
    return unknown ? "The address does not exist; it gets nothing more." : "A digest came back; that is noted.";
  } finally {
    await store.close();
  }
}

export function addBounce(program: Command, cli: Cli, answer: Answer): void {
  program
    .command("bounce")
    .summary("take a message that says a digest could not be delivered")
    .description(
      "Reads one delivery status notification (RFC 3464) from standard input, as a mail server hands it to a program, and notes it for the subscription whose signed address it was sent to. Any other message is left alone.",
    )
    .addHelpText(
      "after",
      `
Environment:
  DATABASE_URL        the PostgreSQL server
  LIVEPAPERS_SECRET   the secret of the site

Example:
  livepapers bounce < message.eml

A mail server runs it from its aliases; see docs/operations.md.`,
    )
    .action(async () => {
      cli.out.line(await takeBounce(cli));
      answer.status = status.holds;
    });
}
