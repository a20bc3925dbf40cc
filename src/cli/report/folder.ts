import { chmod, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { BadInput } from "../../kit/errors.ts";
import { makeFolder } from "../../store/make-folder.ts";

/** A folder that appears, or gets its files, only when all of them are written. */
export interface ReportFolder {
  /** The final folder as the reader wrote it. */
  readonly shown: string;
  /** Where files are written until `commit`. */
  readonly draft: string;
  commit(): Promise<void>;
  /** Takes the draft away; does nothing after `commit`. */
  discard(): Promise<void>;
}

function unwritable(place: string, error: unknown): BadInput {
  const code = (error as NodeJS.ErrnoException).code;
  const why = code === "EACCES" || code === "EPERM" || code === "EROFS" ? "may not be written" : "cannot be made";
  return new BadInput(`the folder ${why} (${code ?? "unknown error"})`, { where: place });
}

async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return undefined;
  }
}

/**
 * Opens a folder for a report before anything runs, so that one that cannot be written is refused at once. The draft lies
 * beside the final place: the last step is a rename on one file system. `flag` is what the reader named it with.
 */
export async function reportFolder(out: string, flag = "--out"): Promise<ReportFolder> {
  const place = `${flag} ${out}`;
  const target = resolve(out);
  if (out.trim() === "" || (await isFolder(target)) === false) {
    throw new BadInput("this is a file and a folder is wanted", { where: place });
  }
  let draft: string;
  try {
    await makeFolder(dirname(target));
    draft = await mkdtemp(join(dirname(target), `.${basename(target) || "report"}-`));
    // Made for its owner alone; the report is for whoever the reader's umask says.
    await chmod(draft, 0o777 & ~process.umask());
  } catch (error) {
    throw unwritable(place, error);
  }
  return {
    shown: out,
    draft,
    async commit() {
      try {
        if ((await isFolder(target)) === undefined) await rename(draft, target);
        else for (const name of await readdir(draft)) await rename(join(draft, name), join(target, name));
      } catch (error) {
        throw unwritable(place, error);
      }
    },
    async discard() {
      await rm(draft, { recursive: true, force: true });
    },
  };
}
