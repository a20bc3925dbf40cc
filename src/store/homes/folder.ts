import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { BadInput } from "../../kit/errors.ts";
import { type ByteRange, checkPlace, type FileHome, MissingFile } from "./home.ts";

const halfWritten = ".part";

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

/** Files in a folder of this machine, or of a disk that several machines share. Readable by their owner only. */
export class FolderHome implements FileHome {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  async check(): Promise<void> {
    try {
      await mkdir(this.name, { recursive: true, mode: 0o700 });
      await access(this.name, constants.W_OK);
    } catch (error) {
      throw new BadInput(`files cannot be kept in this folder (${String(codeOf(error))})`, { where: this.name });
    }
  }

  /** Written beside its place, and moved there when it is whole and on the disk. */
  async put(place: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(place);
    const own = `${path}.${randomBytes(6).toString("hex")}${halfWritten}`;
    try {
      const file = await this.#openNew(own);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(own, path);
    } catch (error) {
      await rm(own, { force: true });
      throw error;
    }
  }

  async *read(place: string, { start, end }: ByteRange = { start: 0 }): AsyncGenerator<Uint8Array> {
    if (end !== undefined && end <= start) return;
    const last = end === undefined ? {} : { end: end - 1 };
    try {
      yield* createReadStream(this.#pathOf(place), { start, ...last, highWaterMark: 512 << 10 });
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw new MissingFile(place, this.name);
      throw error;
    }
  }

  async delete(place: string): Promise<void> {
    const path = this.#pathOf(place);
    await rm(path, { force: true });
    // Folders that are empty now go too; one that is not, or is gone, says so.
    for (let folder = dirname(path); folder !== this.name && folder.startsWith(this.name); folder = dirname(folder)) {
      const gone = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!gone) return;
    }
  }

  async list(folder: string): Promise<string[]> {
    const entries = await readdir(this.#pathOf(folder), { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith(halfWritten))
      .map((entry) => relative(this.name, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
      .sort();
  }

  #pathOf(place: string): string {
    return join(this.name, checkPlace(place));
  }

  /** Its folder may be removed by `delete` the moment it was made. */
  async #openNew(path: string) {
    for (let attempt = 0; ; attempt++) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        return await open(path, "wx", 0o600);
      } catch (error) {
        if (codeOf(error) !== "ENOENT" || attempt >= 10) throw error;
      }
    }
  }
}
