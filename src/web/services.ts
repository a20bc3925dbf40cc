import { createContext, type RouterContextProvider } from "react-router";
import type { Feed } from "../feed/feed.ts";
import type { Paper } from "../kit/paper.ts";
import type { StampedEvent } from "../runs/types.ts";
import type { FileRecord } from "../store/files.ts";
import type { PaperVerdict, RunRecord } from "../store/runs.ts";
import type { Accounts } from "./accounts.ts";
import type { Inbox } from "./inbox.ts";
import type { Library } from "./library.ts";
import type { FaultLog } from "./operations/faults.ts";
import type { ReaderRuns } from "./reader-runs.ts";

/** What the pages need from the rest of the house. Made by the server, handed to loaders and actions. */
export interface Services {
  /** Those that are not hidden. */
  papers: readonly Paper[];
  /** Runs, as far as a reader may see them. */
  runs: ReaderRuns;
  accounts: Accounts;
  inbox: Inbox;
  library: Library;
  /** All papers, imported ones too, in the orders of the feed. */
  feed: Feed;
  /** The latest verdict of every paper that has one. */
  verdicts(): Promise<ReadonlyMap<string, PaperVerdict>>;
  /** Since when the claims of these papers come out as they last did. */
  verdictsSince(slugs: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /** Runs of a paper's claim, newest first. */
  claimRuns(slug: string, limit: number): Promise<RunRecord[]>;
  /** All events of a run so far. This and the files are for runs that `runs.get` has given. */
  events(id: string): Promise<StampedEvent[]>;
  /** The files of a run: those given to it, and those it made. */
  files(id: string): Promise<FileRecord[]>;
  /** The bytes of a file of a run. */
  readFile(id: string, file: FileRecord): AsyncIterable<Uint8Array>;
  /** Takes what broke while a request was answered, for the operator. */
  fault: FaultLog;
  /** Where readers reach the site. */
  siteUrl: URL;
  /** Version of this package. */
  version: string;
}

export const servicesContext = createContext<Services>();

/** The services of a request. */
export function servicesOf({ context }: { context: Readonly<RouterContextProvider> }): Services {
  return context.get(servicesContext);
}
