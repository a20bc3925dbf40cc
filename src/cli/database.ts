import { BadInput } from "../kit/errors.ts";
import type { Cli } from "./context.ts";

/** The address of the PostgreSQL server; throws `BadInput` that says why `what` needs one. */
export function serverDatabase(env: Cli["env"], what: string): string {
  const url = env.DATABASE_URL;
  if (!url) {
    throw new BadInput(
      `${what} needs a PostgreSQL server: the embedded database serves one process, which "serve" is`,
      {
        where: "DATABASE_URL",
        remedy: "Set it to an address such as postgres://user:password@host/database.",
      },
    );
  }
  if (!/^postgres(?:ql)?:\/\//.test(url)) {
    throw new BadInput(
      "this is not the address of a PostgreSQL server, such as postgres://user:password@host/database",
      {
        where: "DATABASE_URL",
      },
    );
  }
  return url;
}

/** A number of seconds as typed, in milliseconds. */
export function parseGrace(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= 86_400) return seconds * 1000;
  throw new BadInput(`"${text.slice(0, 40)}" is not a whole number of seconds from 0 to 86400`, { where: "--grace" });
}
