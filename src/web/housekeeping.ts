import { memoryDays } from "../feed/candidates.ts";
import { pruneFolder } from "../mail/folder.ts";
import { mailFolder } from "../mail/transport.ts";
import { forgetBrowserRecords, forgetVisitorRuns } from "../store/owners.ts";
import { forgetOldLinks } from "../store/people.ts";
import { forgetOldRequests } from "../store/requests.ts";
import type { RunFiles } from "../store/run-files.ts";
import { forgetAddressBallots } from "../store/signals.ts";
import { type Db, reasonOf } from "../store/store.ts";
import { forgetOldAsks } from "../store/subscriptions.ts";
import type { Tell } from "../store/tell.ts";

/** How long what visitors gave to tools, and what came of it, is kept. */
export const visitorRunDays = 7;
/** How long records are kept that visitors' browsers sent. */
const browserRecordDays = 30;
/** How long messages that became files are kept. */
const mailDays = 30;
/** How long it is known which papers a subscriber was sent. */
const deliveryDays = 60;
/** How long a post that is sent again finds the run that it started. */
const requestDays = 1;
const everyMs = 3600_000;

export interface HouseOptions {
  db: Db;
  files: Pick<RunFiles, "sweep">;
  dataDir: string;
  log: Tell;
}

/**
 * Removes what is kept for a time only, now and every hour; the result ends that. Any number of servers may do it at once, and what fails keeps nothing
 * else from being removed.
 */
export function keepHouse({ db, files, dataDir, log }: HouseOptions): () => void {
  const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
    "sign-in links": () => forgetOldLinks(db),
    "keys of posts": () => forgetOldRequests(db, requestDays),
    "asks to subscribe": () => forgetOldAsks(db, deliveryDays),
    "runs of visitors": () => forgetVisitorRuns(db, visitorRunDays),
    "records from browsers": () => forgetBrowserRecords(db, browserRecordDays),
    "ballots of addresses": () => forgetAddressBallots(db, memoryDays),
    "files of runs": () => files.sweep(),
    "messages as files": () => pruneFolder(mailFolder(dataDir), mailDays),
  };
  const clean = async (): Promise<void> => {
    for (const [what, remove] of Object.entries(tasks)) {
      try {
        await remove();
      } catch (error) {
        log(`housekeeping, ${what}: ${reasonOf(error)}`, "error");
      }
    }
  };
  void clean();
  const timer = setInterval(() => void clean(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
