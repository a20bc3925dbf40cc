import { type FileHandle, open, stat } from "node:fs/promises";
import { BadInput } from "../kit/errors.ts";
import type { InputFile } from "../kit/files.ts";

const reasons: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "the file cannot be read: permission denied",
  EPERM: "the file cannot be read: permission denied",
  EISDIR: "this is a folder and a file is wanted",
  ELOOP: "the file cannot be read: its links lead in a circle",
  ENAMETOOLONG: "the file's name is too long",
};

function refuse(path: string, error: unknown): BadInput {
  const code = (error as { code?: string }).code ?? "unknown";
  return new BadInput(reasons[code] ?? `the file cannot be read (${code})`, { where: path });
}

const step = 1 << 20;

/** A file at a path, opened for reading. Absent and unreadable files and folders are refused by their path. A pipe or device is read as a stream. */
export async function openPath({ name, path }: { name: string; path: string }): Promise<InputFile> {
  let handle: FileHandle;
  let size: number;
  let regular: boolean;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    handle = await open(path, "r");
    size = found.size;
    regular = found.isFile();
  } catch (error) {
    throw refuse(path, error);
  }
  const read = async (buffer: Uint8Array, at: number | null): Promise<number> => {
    try {
      return (await handle.read(buffer, 0, buffer.byteLength, at)).bytesRead;
    } catch (error) {
      throw refuse(path, error);
    }
  };
  return {
    name,
    size: regular ? size : undefined,
    seekable: regular,
    async *stream() {
      for (let at = 0; ; ) {
        const buffer = new Uint8Array(step);
        const count = await read(buffer, regular ? at : null);
        if (count === 0) return;
        at += count;
        yield buffer.subarray(0, count);
      }
    },
    async slice(start, end) {
      const wanted = Math.max(0, Math.min(end, size) - start);
      const buffer = new Uint8Array(wanted);
      let filled = 0;
      while (filled < wanted) {
        const count = await read(buffer.subarray(filled), start + filled);
        if (count === 0) break;
        filled += count;
      }
      return buffer.subarray(0, filled);
    },
  };
}
