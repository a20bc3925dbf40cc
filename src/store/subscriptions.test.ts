import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe } from "vitest";
import { checkSubscriptions } from "../../test/postgres/subscription-checks.ts";
import { openStore, type Store } from "./store.ts";
import { freshDataDir } from "./testing.ts";

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

describe("subscriptions in the embedded store", () => {
  checkSubscriptions(() => store);
});
