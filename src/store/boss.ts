import { type ConstructorOptions, fromPglite, PgBoss } from "pg-boss";
import type { Store } from "./store.ts";
import type { Tell } from "./tell.ts";

/** pg-boss on a store's database: one for all queues of a process, since each has its own connections, timers and upkeep. */
export interface SharedBoss {
  readonly boss: PgBoss;
  /** Lets go of it; the last one stops it. */
  release(): Promise<void>;
}

interface Entry {
  boss: Promise<PgBoss>;
  users: number;
  tell: Set<Tell>;
}

const entries = new WeakMap<Store, Entry>();

/** Opens pg-boss, or joins the one that is open on this store. The first of those who share it is told of faults in its upkeep. */
export async function openBoss(store: Store, tell: Tell): Promise<SharedBoss> {
  let entry = entries.get(store);
  if (!entry) {
    const known = new Set<Tell>();
    const tellFirst: Tell = (line, weight) => {
      const [first] = known;
      first?.(line, weight);
    };
    entry = { boss: start(store, tellFirst), users: 0, tell: known };
    entries.set(store, entry);
  }
  const joined = entry;
  const own: Tell = (line, weight) => tell(line, weight); // two that share it may have been given the same function
  joined.users += 1;
  joined.tell.add(own);
  const leave = (): boolean => {
    joined.users -= 1;
    joined.tell.delete(own);
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

async function start(store: Store, tell: Tell): Promise<PgBoss> {
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
  boss.on("error", (error) => tell(`queue: ${error.message}`, "error"));
  boss.on("warning", (warning) => tell(`queue: ${warning.message}`, "warn"));
  await boss.start();
  return boss;
}
