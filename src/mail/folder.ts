import { randomBytes } from "node:crypto";
import { open, readdir, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../store/make-folder.ts";
import { type Carrier, MailError } from "./carrier.ts";
import type { WireMessage } from "./message.ts";

/** Writes every message as a file `TIME-XXXXXX.eml`, which a mail program opens. Only their owner may read them: they hold sign-in links. */
export function folderTransport(folder: string): Carrier {
  return {
    kind: "folder",
    async carry({ raw }: WireMessage, handing?: () => Promise<void>): Promise<void> {
      const time = new Date().toISOString().replace(/[:.]/g, "-");
      const path = join(folder, `${time}-${randomBytes(3).toString("hex")}.eml`);
      const draft = `${path}.draft`;
      try {
        await makeFolder(folder);
        const file = await open(draft, "wx", 0o600);
        try {
          await file.writeFile(raw);
          await file.sync();
        } finally {
          await file.close();
        }
        await handing?.();
        await rename(draft, path);
      } catch (error) {
        await unlink(draft).catch(() => {});
        const { code, message } = error as NodeJS.ErrnoException;
        throw new MailError(`the message cannot be written to the data folder: ${code ?? message}`, "later");
      }
    },
    close() {},
  };
}

/** Removes messages that are older than `days`. */
export async function pruneFolder(folder: string, days: number): Promise<void> {
  const oldest = Date.now() - days * 86_400_000;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/\.eml(?:\.draft)?$/.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtimeMs < oldest) await unlink(path).catch(() => {});
  }
}
