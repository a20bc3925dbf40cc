import { randomBytes } from "node:crypto";
import { access, constants, type FileHandle, link, lstat, open, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BadInput } from "../kit/errors.ts";

const reasons: Record<string, string> = {
  ENOENT: "the folder does not exist",
  ENOTDIR: "the path leads through a file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "no space is left on the disk",
  EISDIR: "this is a folder",
  EEXIST: "a file is in its place",
  ENAMETOOLONG: "the name is too long",
};

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? "unknown";
}

/** A failed write in a reader's words. */
export function cannotWrite(path: string, error: unknown): BadInput {
  const code = codeOf(error);
  return new BadInput(`cannot be written: ${reasons[code] ?? code}`, { where: path });
}

export function alreadyThere(path: string): BadInput {
  return new BadInput("the file exists already", { where: path, remedy: "Use --force to overwrite it." });
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw cannotWrite(path, error);
  }
}

/** Refuses a path that cannot become a file: its folder is missing or closed, a folder is in its place, or a file without `force`. */
export async function checkTarget(path: string, force: boolean): Promise<void> {
  const folder = dirname(path);
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, error);
  }
  if (!(await exists(path))) return;
  if ((await lstat(path)).isDirectory()) throw cannotWrite(path, { code: "EISDIR" });
  if (!force) throw alreadyThere(path);
}

/** A file written under a temporary name in its final folder, and moved to its place when all is well. */
export class PendingFile {
  readonly path: string;
  readonly #force: boolean;
  readonly #temporary: string;
  #handle: FileHandle | undefined;
  #committed = false;

  constructor(path: string, force: boolean) {
    this.path = path;
    this.#force = force;
    this.#temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
  }

  async open(): Promise<void> {
    await checkTarget(this.path, this.#force);
    try {
      this.#handle = await open(this.#temporary, "wx");
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < chunk.byteLength; ) {
        const written = await this.#handle?.write(chunk, at);
        if (!written) throw new Error("the file is closed");
        at += written.bytesWritten;
      }
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Everything is on the disk when this resolves. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (!handle) return;
    try {
      await handle.sync();
    } catch (error) {
      throw cannotWrite(this.path, error);
    } finally {
      await handle.close();
    }
  }

  /** Moves the file to its place. Without `force`, a file that has appeared there meanwhile is refused, not overwritten. */
  async commit(): Promise<void> {
    await this.close();
    try {
      if (this.#force) {
        await rename(this.#temporary, this.path);
      } else {
        await this.#moveWithoutOverwriting();
      }
    } catch (error) {
      if (error instanceof BadInput) throw error;
      throw codeOf(error) === "EEXIST" ? alreadyThere(this.path) : cannotWrite(this.path, error);
    }
    this.#committed = true;
  }

  async #moveWithoutOverwriting(): Promise<void> {
    try {
      await link(this.#temporary, this.path); // unlike rename, it fails when the name is taken
      await unlink(this.#temporary);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw error;
      // Disks without hard links: look, then rename.
      await checkTarget(this.path, false);
      await rename(this.#temporary, this.path);
    }
  }

  /** Leaves nothing of it, also where it was committed a moment ago over nothing. */
  async discard(): Promise<void> {
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
    if (!this.#committed) await unlink(this.#temporary).catch(() => {});
    else if (!this.#force) await unlink(this.path).catch(() => {});
  }
}
