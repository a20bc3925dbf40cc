import { hkdfSync, randomBytes } from "node:crypto";
import { chmod, link, open, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BadInput } from "../kit/errors.ts";
import { makeFolder } from "./make-folder.ts";

const leastCharacters = 32;

/**
 * The secret of this site, from which every key is derived: `given` (LIVEPAPERS_SECRET), or the file `secret` in the data folder, which only its owner may
 * read and which is made when it is absent. Several servers of one site must be given the same. Throws `BadInput` for one that is too short.
 */
export async function readSecret(given: string | undefined, dataDir: string): Promise<string> {
  if (given !== undefined && given !== "") return checked(given, "LIVEPAPERS_SECRET");
  const path = join(dataDir, "secret");
  await makeFolder(dataDir);
  const found = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new BadInput(`the secret cannot be read: ${error.code ?? error.message}`, { where: path });
  });
  if (found === undefined) return makeSecret(path);
  // A copied folder may have lost the file's mode.
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
  return checked(found.trim(), path);
}

function checked(secret: string, where: string): string {
  if (secret.length >= leastCharacters) return secret;
  throw new BadInput(`the secret has ${secret.length} characters and needs ${leastCharacters} or more`, {
    where,
    remedy: "Make one with: openssl rand -base64 32.",
  });
}

/** Makes the file whole or not at all; of two processes that try, one wins and both read the same. */
async function makeSecret(path: string): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  const own = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const file = await open(own, "wx", 0o600);
    try {
      await file.writeFile(`${secret}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // A disk without hard links gets a copy, which is not there for others before it is made.
    await link(own, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      return writeFile(path, `${secret}\n`, { flag: "wx", mode: 0o600 });
    });
    return secret;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return checked((await readFile(path, "utf8")).trim(), path);
    throw new BadInput(`the secret cannot be stored: ${code ?? message}`, { where: path });
  } finally {
    await unlink(own).catch(() => {});
  }
}

/** A key of 32 bytes for one purpose: HKDF-SHA-256 of the secret, so that what one key lets out says nothing about another. */
export function keyFor(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `livepapers ${purpose}`, 32));
}
