/** A clock for computation on this thread. */
export interface Clock {
  /** What it counts, in words. */
  name: string;
  seconds(): number;
}

/** Node 23.9 and later; absent elsewhere and from older type definitions. */
interface ThreadUsage {
  threadCpuUsage?(): { user: number; system: number };
}

/**
 * The time this thread has spent on a core, where the platform tells (Node 23.9 and later), else the wall clock. On an idle
 * machine both say the same; on a shared one the first leaves out the time spent waiting for others.
 */
export function threadClock(): Clock {
  const process = globalThis.process as ThreadUsage | undefined;
  if (process?.threadCpuUsage) {
    return {
      name: "time of this thread on its core",
      seconds: () => {
        const { user, system } = process.threadCpuUsage?.() ?? { user: 0, system: 0 };
        return (user + system) / 1e6;
      },
    };
  }
  return { name: "wall-clock time", seconds: () => performance.now() / 1000 };
}
