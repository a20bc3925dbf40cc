import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listCatalogue } from "../feed/catalogued.ts";
import { bounceAddress } from "../feed/digest/bounce-address.ts";
import { SubscriptionLinks } from "../feed/digest/links.ts";
import { DigestService, digestPrefix } from "../feed/digest/service.ts";
import { Feed } from "../feed/feed.ts";
import { ImportSchedule } from "../feed/import/schedule.ts";
import { MailQueue } from "../mail/queue.ts";
import { openMail } from "../mail/transport.ts";
import { catalogue } from "../papers/catalogue.ts";
import { version } from "../runs/about.ts";
import { RunService } from "../runs/service.ts";
import type { StampedEvent } from "../runs/types.ts";
import { listEvents } from "../store/events.ts";
import { listFiles } from "../store/files.ts";
import { homeOf } from "../store/homes/open.ts";
import { queueState } from "../store/queue-state.ts";
import { RunFiles } from "../store/run-files.ts";
import { latestVerdicts, listRuns, type PaperVerdict } from "../store/runs.ts";
import { keyFor, readSecret } from "../store/secret.ts";
import { openStore, reasonOf, type Store } from "../store/store.ts";
import { noteRefusal } from "../store/subscriptions.ts";
import { verdictsSince } from "../store/verdict-since.ts";
import { Accounts } from "./accounts.ts";
import { ensureBuild } from "./build.ts";
import { Door } from "./door.ts";
import { siteCookies } from "./guard/cookies.ts";
import { keepHouse } from "./housekeeping.ts";
import { Inbox } from "./inbox.ts";
import { libraryOf } from "./library.ts";
import { closeServer, listen } from "./listen.ts";
import { Endpoints } from "./operations/endpoints.ts";
import { faultLog } from "./operations/faults.ts";
import { type Logger, silentLog } from "./operations/log.ts";
import { Metrics } from "./operations/metrics.ts";
import { runReports, tellOf } from "./operations/reports.ts";
import { ReaderRuns } from "./reader-runs.ts";
import { Readers } from "./readers.ts";
import type { Services } from "./services.ts";
import { type Environment, isSecure, type Settings, settingsOf } from "./settings.ts";
import { VisiblePapers } from "./visible.ts";

export interface ServerOptions {
  port: number;
  /** The address to listen on; this machine only by default. */
  host?: string;
  /** Folder of the embedded database, made when it is not there. */
  dataDir: string;
  /** A PostgreSQL server instead of the embedded database. */
  databaseUrl?: string | undefined;
  /** Further settings, by the names of the environment variables. */
  env?: Environment;
  /** Whether this process also executes runs; true without. */
  worker?: boolean;
  /** How long runs may go on to their end when the server closes, before they go back to the queue; 0 without. */
  finishMs?: number;
  /** Without one, nothing is logged. */
  logger?: Logger;
}

export interface RunningServer {
  url: string;
  /** Takes no new requests and answers those under way, puts runs in progress back into the queue, and closes the database. */
  close(): Promise<void>;
}

/** How old the marks of the lists may be: asking for them is a query, and lists are what most readers load. */
const verdictsMs = 1000;

/** Serves the site. Rejects with `BadInput` when the port is in use or the data folder cannot be used. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port, host = "127.0.0.1", dataDir, databaseUrl, worker = true, finishMs = 0, logger = silentLog() } = options;
  const settings = settingsOf(options.env ?? {});
  let open: Store | undefined;
  const metrics = new Metrics({ queue: async () => queueState(dbOf(open)) });
  const log = tellOf(logger, metrics);
  const endpoints = new Endpoints({
    metrics,
    logger,
    token: settings.metricsToken,
    ready: async () => dbOf(open).execute("select 1"),
  });
  const door = new Door(endpoints);
  const { server } = door;
  await listen(server, port, host, (error) => {
    metrics.error();
    logger.error({ stack: error.stack }, "the server");
  });
  const closing: (() => unknown)[] = [() => closeServer(server)];
  try {
    const folder = await ensureBuild({ log });
    const store = await openStore(databaseUrl ? { databaseUrl } : { dataDir });
    open = store;
    closing.unshift(() => store.close()); // after the server, whose last requests may want it
    const home = homeOf(options.env ?? {}, databaseUrl ? undefined : dataDir);
    await home?.check();
    const site = await openSite({
      store,
      files: new RunFiles(store, home),
      settings,
      dataDir,
      url: urlOf(server, host),
      worker,
      finishMs,
      logger,
      metrics,
    });
    closing.push(() => site.close());
    const { createApp } = await import("./http.ts");
    door.open(await createApp(folder, { ...site, settings }));
    const close = async (): Promise<void> => {
      await door.shut();
      await closeAll(closing);
    };
    return { url: urlOf(server, host), close };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

function dbOf(store: Store | undefined): Store["db"] {
  if (store) return store.db;
  throw new Error("the database is not open yet");
}

export interface SiteOptions {
  store: Store;
  /** Where the files of runs are; the database without. */
  files?: RunFiles;
  settings: Settings;
  dataDir: string;
  /** The server's own address. */
  url: string;
  worker: boolean;
  finishMs: number;
  logger: Logger;
  metrics: Metrics;
}

/** What an operator may have forgotten to say. */
function doubts(store: Store, { publicUrl, secret }: Settings, url: string): string[] {
  const lines: string[] = [];
  if (store.kind === "server" && !secret) {
    lines.push("LIVEPAPERS_SECRET is not set, so this server has one of its own; servers of one site need the same.");
  }
  if (!publicUrl && !new URL(url).hostname.match(/^(?:localhost|127\.|\[::1\])/)) {
    lines.push(`LIVEPAPERS_URL is not set: links in mail lead to ${url}.`);
  }
  return lines;
}

/** Everything behind the pages, at work. */
export async function openSite(options: SiteOptions) {
  const {
    store,
    files = new RunFiles(options.store),
    settings,
    dataDir,
    url,
    worker,
    finishMs,
    logger,
    metrics,
  } = options;
  const { db } = store;
  const log = tellOf(logger, metrics);
  await listCatalogue(db, catalogue);
  const secret = await readSecret(settings.secret, dataDir);
  for (const line of doubts(store, settings, url)) log(line, "warn");
  const siteUrl = settings.publicUrl ?? new URL(url);
  const from = settings.mailFrom ?? `livepapers <livepapers@${siteUrl.hostname}>`;
  const transport = openMail({ smtpUrl: settings.smtpUrl, dataDir, from });
  const runs = new RunService({
    store,
    files,
    maxFileBytes: settings.accountRuns.uploadBytes,
    ...runReports(logger, metrics),
  });
  const mail = await MailQueue.open({
    store,
    transport,
    key: keyFor(secret, "mail"),
    log,
    onAttempt: (result) => metrics.mail(result),
    refused: ({ to, id }, { reason }) => {
      if (reason === "address" || id?.startsWith(digestPrefix)) return noteRefusal(db, to, reason === "address");
    },
  });
  const links = new SubscriptionLinks(keyFor(secret, "subscriptions"), siteUrl);
  const cookies = siteCookies(secret, isSecure(settings));
  const papers = new VisiblePapers(db, catalogue, log);
  await (worker ? runs.start() : runs.ready());
  await mail.work();
  const { bounces } = settings;
  const bounceKey = keyFor(secret, "bounces");
  const digests = new DigestService({
    ...{ db, mail, links, siteUrl, log },
    bounces: bounces ? (id) => bounceAddress(bounceKey, bounces, id) : undefined,
    papers: () => papers.papers(),
  });
  digests.start();
  const common = servicesOf(store, files);
  const { feed } = common;
  const noting = (done: Promise<void>): void =>
    void done.catch((error: unknown) => log(`the feed: ${reasonOf(error)}`, "error"));
  const imports = await ImportSchedule.start(store, settings.imports, { log, changed: () => noting(feed.refresh()) });
  const stopHouse = keepHouse({ db, files, dataDir, log });
  const sweep = (): void => {
    files
      .sweep()
      .catch((error: unknown) => log(`files of removed runs are left for later: ${reasonOf(error)}`, "error"));
  };
  noting(feed.warm());
  const showAnew = (): void => {
    papers.forget();
    feed.forget();
    noting(feed.warm());
  };
  return {
    papers,
    readers: new Readers({ db, secret, cookies, admins: settings.admins }),
    services: {
      ...common,
      siteUrl,
      fault: faultLog(logger, metrics),
      runs: new ReaderRuns({ db, service: runs, papers, settings, removed: sweep }),
      accounts: new Accounts({ db, cookies, mail, siteUrl }),
      inbox: new Inbox({ db, mail, links, siteUrl }),
      library: libraryOf(db, showAnew, sweep),
    },
    async close(): Promise<void> {
      stopHouse();
      await digests.stop();
      await Promise.all([runs.stop({ finishMs }), mail.stop(), imports.stop()]);
      transport.close();
    },
  };
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const name = ["127.0.0.1", "::1", "0.0.0.0", "::"].includes(host) ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** The last first. */
async function closeAll(closing: (() => unknown)[]): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

/** What the pages are given that is the same for every reader. */
function servicesOf({ db }: Store, files: RunFiles) {
  let known: { at: number; verdicts: Promise<ReadonlyMap<string, PaperVerdict>> } | undefined;
  return {
    feed: new Feed(db),
    version: version(),
    verdicts() {
      if (!known || performance.now() - known.at > verdictsMs) {
        const verdicts = latestVerdicts(db);
        known = { at: performance.now(), verdicts };
        verdicts.catch(() => {
          known = undefined;
        });
      }
      return known.verdicts;
    },
    verdictsSince: (slugs) => verdictsSince(db, slugs),
    claimRuns: (slug, limit) => listRuns(db, { slug, kind: "claim", limit }),
    events: async (id) => (await listEvents(db, id)) as StampedEvent[], // stored by the run service
    files: (id) => listFiles(db, id),
    readFile: (id, file) => files.read(id, file),
  } satisfies Partial<Services>;
}
