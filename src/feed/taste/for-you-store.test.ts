import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe } from "vitest";
import { checkForYou } from "../../../test/postgres/for-you-checks.ts";
import { openStore, type Store } from "../../store/store.ts";
import { freshDataDir } from "../../store/testing.ts";

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

describe("a reader's own ranking on the embedded store", () => {
  checkForYou(() => store);
});
