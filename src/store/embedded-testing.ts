import { rm } from "node:fs/promises";
import { afterAll, beforeAll } from "vitest";
import { openStore, type Store } from "./store.ts";
import { freshDataDir } from "./testing.ts";

/** A store on an embedded database of its own for the tests of a file; called at its top level. */
export function embeddedStore(): () => Store {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = await freshDataDir();
    store = await openStore({ dataDir: folder });
  }, 120_000);
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return () => store;
}
