import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import { queueState } from "../../store/queue-state.ts";
import { openStore, type Store } from "../../store/store.ts";
import { freshDataDir } from "../../store/testing.ts";
import { addApi } from "../http.ts";
import { silentLog } from "../operations/log.ts";
import { Metrics } from "../operations/metrics.ts";
import { openSite } from "../server.ts";
import { type Environment, settingsOf } from "../settings.ts";

export interface ApiServer {
  url: string;
  store: Store;
  /** Ends every connection, as a network that fails. */
  cut(): void;
  /** The same site at another address, with other limits. */
  beside(env: Environment): Promise<{ url: string; close(): void }>;
  close(): Promise<void>;
}

async function listening(app: Express) {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => server.closeAllConnections();
  const close = (): void => {
    server.close();
    cut();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut, close };
}

/** The public API as the site serves it, with a store, queue and workers of its own and without pages, for tests. */
export async function apiServer(env: Environment = {}): Promise<ApiServer> {
  const dataDir = await freshDataDir();
  const store = await openStore({ dataDir });
  const settings = settingsOf({ LIVEPAPERS_SECRET: "a secret of forty characters, for tests.", ...env });
  const app = express();
  const { url, cut, close } = await listening(app);
  const metrics = new Metrics({ queue: () => queueState(store.db) });
  const site = await openSite({
    ...{ store, settings, dataDir, url, metrics },
    worker: true,
    finishMs: 0,
    logger: silentLog(),
  });
  addApi(app, { ...site, settings });
  return {
    ...{ url, store, cut },
    beside(other) {
      const second = express();
      addApi(second, { ...site, settings: { ...settings, ...settingsOf(other) } });
      return listening(second);
    },
    async close() {
      close();
      await site.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
