import { pruneFolder } from "../mail/folder.ts";
import { mailFolder } from "../mail/transport.ts";
import { forgetVisitorRuns } from "../store/owners.ts";
import { forgetOldLinks } from "../store/people.ts";
import type { Db } from "../store/store.ts";
import { forgetOldAsks } from "../store/subscriptions.ts";

/** How long what visitors gave to tools, and what came of it, is kept. */
export const visitorRunDays = 7;
/** How long messages that became files are kept. */
const mailDays = 30;
/** How long it is known which papers a subscriber was sent. */
const deliveryDays = 60;
const everyMs = 3600_000;

/** Removes what is kept for a time only, now and every hour; the result ends that. Any number of servers may do it at once. */
export function keepHouse({ db, dataDir, log }: { db: Db; dataDir: string; log(message: string): void }): () => void {
  const clean = async (): Promise<void> => {
    try {
      await forgetOldLinks(db);
      await forgetOldAsks(db, deliveryDays);
      await forgetVisitorRuns(db, visitorRunDays);
      await pruneFolder(mailFolder(dataDir), mailDays);
    } catch (error) {
      log(`housekeeping: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  void clean();
  const timer = setInterval(() => void clean(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
