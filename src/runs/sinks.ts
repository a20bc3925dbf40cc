import { once } from "node:events";
import { access, constants, open, rmdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { BadInput } from "../kit/errors.ts";
import { makeFolder } from "../store/make-folder.ts";
import { cannotWrite, checkTarget, PendingFile } from "./pending-file.ts";
import type { OutputSink, SinkFile } from "./types.ts";

export interface FileSinkOptions {
  /** What `--out` says: a file, or a folder when it is one already or ends with "/". */
  out: string;
  /** Overwrite what is there. */
  force?: boolean;
}

async function isFolder(path: string): Promise<boolean> {
  if (/[\\/]$/.test(path)) return true;
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Refuses a folder that is not there and cannot be made. */
async function checkFolder(path: string): Promise<void> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
      return await access(folder, constants.W_OK);
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT" || folder === dirname(folder)) throw cannotWrite(path, error);
    }
  }
}

/** A tool's default names are plain file names. */
function checkName(name: string): void {
  if (name === "" || name.startsWith(".") || /[\\/\0]/.test(name)) throw new Error(`"${name}" is not a file name`);
}

/** Forces a rename in this folder onto the disk, where folders can be synced. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // Not on this system.
  }
}

/** Files under temporary names until `commit`; all of them get their names, or none. */
class Files {
  readonly #files: PendingFile[] = [];
  readonly #force: boolean;
  /** The folder that was made, and the outermost of those made for it. */
  #made: { inner: string; outer: string } | undefined;

  constructor(force: boolean) {
    this.#force = force;
  }

  async open(path: string): Promise<SinkFile> {
    if (this.#files.some((file) => file.path === path)) throw new Error(`the output ${path} was opened twice`);
    const file = new PendingFile(path, this.#force);
    await file.open();
    this.#files.push(file);
    return file;
  }

  /** Makes a folder that is gone again after `discard`. */
  async folder(path: string): Promise<void> {
    try {
      const outer = await makeFolder(path);
      if (outer !== undefined) this.#made = { inner: resolve(path), outer: resolve(outer) };
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  async commit(): Promise<void> {
    for (const file of this.#files) await file.close();
    for (const file of this.#files) await checkTarget(file.path, this.#force);
    for (const file of this.#files) await file.commit();
    for (const folder of new Set(this.#files.map((file) => dirname(file.path)))) await syncFolder(folder);
  }

  async discard(): Promise<void> {
    for (const file of this.#files) await file.discard();
    if (!this.#made) return;
    const { inner, outer } = this.#made;
    for (let folder = inner; folder.length >= outer.length; folder = dirname(folder)) {
      await rmdir(folder).catch(() => {});
    }
  }
}

/**
 * Writes outputs to files. With a file name, the first output gets it and the others stand beside it as `<stem>.<default name>`; with a folder, all get
 * their default names inside. Files are written under temporary names, synced, and renamed at `commit`. Rejects with `BadInput` when `out` cannot be
 * written, or exists without `force`; that is checked now, when a file is opened, and at `commit`.
 */
export async function fileSink({ out, force = false }: FileSinkOptions): Promise<OutputSink> {
  if (out === "") throw new BadInput("a path is wanted", { where: "--out" });
  const inFolder = await isFolder(out);
  if (inFolder) await checkFolder(out);
  else await checkTarget(out, force);
  const files = new Files(force);
  let count = 0;
  return {
    async open(name) {
      checkName(name);
      count += 1;
      if (inFolder) {
        await files.folder(out);
        return files.open(join(out, name));
      }
      if (count === 1) return files.open(out);
      return files.open(join(dirname(out), `${basename(out, extname(out))}.${name}`));
    },
    commit: () => files.commit(),
    discard: () => files.discard(),
  };
}

export interface StdoutSinkOptions {
  stdout: NodeJS.WritableStream;
  /** Folder for outputs that are not text, and for all but the first; the working folder by default. */
  directory?: string;
  force?: boolean;
}

const holdBytes = 64 << 20;

function isText(mediaType: string): boolean {
  return /^text\/|[/+](json|xml|jsonl|x-ndjson|ndjson|jsonlines|yaml)\b/.test(mediaType);
}

/**
 * The main output, when it is text, goes to standard output; everything else to files in `directory`, as with `fileSink`. Text is held back until the run
 * has ended well, up to 64 MB; a longer one flows from then on, and a live one from the start.
 */
export async function stdoutSink({ stdout, directory = ".", force = false }: StdoutSinkOptions): Promise<OutputSink> {
  const files = new Files(force);
  let held: Uint8Array[] = [];
  let size = 0;
  let first = true;
  const release = async (): Promise<void> => {
    const chunks = held;
    held = [];
    for (const chunk of chunks) if (!stdout.write(chunk)) await once(stdout, "drain");
  };
  return {
    async open(name, mediaType, live = false) {
      checkName(name);
      const main = first;
      first = false;
      if (!main || !isText(mediaType)) return files.open(join(directory, name));
      return {
        async write(chunk) {
          held.push(chunk);
          size += chunk.byteLength;
          if (live || size > holdBytes) await release();
        },
        async close() {},
      };
    },
    async commit() {
      await files.commit();
      await release();
    },
    async discard() {
      held = [];
      await files.discard();
    },
  };
}
