import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { BadInput } from "../kit/errors.ts";

interface Owner {
  pid: number;
  host: string;
  /** When the process began, as the system tells it: a pid is used again, also after a restart of a container. */
  born: string;
}

/** Another machine's lock is stale when it has not been touched for this long. */
const beatMs = 5000;
const staleMs = 4 * beatMs;

/** Boot and start time of a process (Linux); "" where that is not known. */
function bornAt(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop()?.split(" ") ?? [];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${fields[19] ?? ""}`;
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}

async function isStale(path: string, owner: Owner | undefined): Promise<boolean> {
  if (owner === undefined || owner.host !== hostname()) {
    const { mtimeMs } = await stat(path);
    return Date.now() - mtimeMs > staleMs;
  }
  if (!isAlive(owner.pid)) return true;
  return owner.born !== "" && owner.born !== bornAt(owner.pid);
}

function parse(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    if (typeof owner.pid !== "number" || typeof owner.host !== "string") return undefined;
    return { pid: owner.pid, host: owner.host, born: owner.born ?? "" };
  } catch {
    return undefined; // being written just now, or damaged
  }
}

/**
 * Takes the data folder for this process; the result gives it back. A lock left by a dead process is taken over. Throws `BadInput` that names the
 * process that holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "lock");
  const mark = randomBytes(6).toString("hex");
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), born: bornAt(process.pid), mark });
  const own = join(folder, `lock.${mark}`);
  await writeFile(own, mine, { flag: "wx" });
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        await place(own, path, mine);
        break;
      } catch (error) {
        if ((error as { code?: string }).code !== "EEXIST") throw error;
      }
      const text = await readFile(path, "utf8").catch(() => undefined);
      if (text === undefined) continue; // given back meanwhile
      const owner = parse(text);
      if (attempt >= 100 || !(await isStale(path, owner).catch(() => false))) {
        const who = owner
          ? `pid ${owner.pid}${owner.host === hostname() ? "" : ` on ${owner.host}`}`
          : "another process";
        throw new BadInput(`another livepapers is using this data folder (${who})`, {
          where: folder,
          remedy: "Stop it first, or name another folder with LIVEPAPERS_DATA.",
        });
      }
      await removeStale(path, text, join(folder, "lock.takeover"));
    }
  } finally {
    await unlink(own).catch(() => {});
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, beatMs);
  beat.unref();
  return async () => {
    clearInterval(beat);
    if ((await readFile(path, "utf8").catch(() => "")) === mine) await unlink(path).catch(() => {});
  };
}

/** Makes the lock, only if there is none, and whole, so that no reader sees half of it. */
async function place(own: string, path: string, text: string): Promise<void> {
  try {
    await link(own, path);
  } catch (error) {
    if ((error as { code?: string }).code === "EEXIST") throw error;
    await writeFile(path, text, { flag: "wx" }); // a disk without hard links
  }
}

/**
 * Removes a stale lock if it is still the one that was judged. Only the holder of the guard file may remove, so that nobody
 * takes away the lock that another process has just put in its place.
 */
async function removeStale(path: string, text: string, guard: string): Promise<void> {
  try {
    await writeFile(guard, "", { flag: "wx" });
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleMs) await unlink(guard).catch(() => {}); // its holder died within a millisecond's work
    await setTimeout(20);
    return;
  }
  try {
    if ((await readFile(path, "utf8").catch(() => undefined)) === text) await unlink(path);
  } finally {
    await unlink(guard).catch(() => {});
  }
}
