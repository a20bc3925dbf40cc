import { type ConstructorOptions, fromPglite, PgBoss } from "pg-boss";
import type { Store } from "./store.ts";

/** pg-boss on a store's database: one for all queues of a process, since each has its own connections, timers and upkeep. */
export interface SharedBoss {
  readonly boss: PgBoss;
  /** Lets go of it; the last one stops it. */
  release(): Promise<void>;
}

interface Entry {
  boss: Promise<PgBoss>;
  users: number;
  warn: Set<(message: string) => void>;
}

const entries = new WeakMap<Store, Entry>();

/** Opens pg-boss, or joins the one that is open on this store. `warn` hears of faults in its upkeep. */
export async function openBoss(store: Store, warn: (message: string) => void): Promise<SharedBoss> {
  let entry = entries.get(store);
  if (!entry) {
    const heard = new Set<(message: string) => void>();
    const tell = (message: string): void => {
      for (const hear of heard) hear(message);
    };
    entry = { boss: start(store, tell), users: 0, warn: heard };
    entries.set(store, entry);
  }
  const joined = entry;
  joined.users += 1;
  joined.warn.add(warn);
  const leave = (): boolean => {
    joined.users -= 1;
    joined.warn.delete(warn);
    if (joined.users === 0 && entries.get(store) === joined) entries.delete(store);
    return joined.users === 0;
  };
  try {
    const boss = await joined.boss;
    let released = false;
    return {
      boss,
      async release() {
        if (released) return;
        released = true;
        if (leave()) await boss.stop({ graceful: true, timeout: 500 });
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

async function start(store: Store, warn: (message: string) => void): Promise<PgBoss> {
  const connection: ConstructorOptions =
    store.kind === "embedded"
      ? { db: fromPglite(store.pglite), backend: "pglite" }
      : { connectionString: store.databaseUrl, max: 4 };
  const boss = new PgBoss({
    ...connection,
    useListenNotify: true,
    registerInstance: false,
    monitorVacuum: false,
    // Of all processes one looks for dead workers; when that one is killed as well, the next look should not be long in coming.
    superviseIntervalSeconds: 4,
    monitorIntervalSeconds: 4,
  });
  boss.on("error", (error) => warn(`queue: ${error.message}`));
  boss.on("warning", (warning) => warn(`queue: ${warning.message}`));
  await boss.start();
  return boss;
}
