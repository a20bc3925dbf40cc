import { afterAll, beforeAll, describe } from "vitest";
import { openStore, type Store } from "../../src/store/store.ts";
import { freshDatabase } from "./database.ts";
import { checkFeed } from "./feed-checks.ts";
import { checkSearch } from "./search-checks.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;

beforeAll(async () => {
  database = await freshDatabase();
  store = await openStore({ databaseUrl: database.url });
}, 60_000);
afterAll(async () => {
  await store.close();
  await database.drop();
});

describe("the feed on a PostgreSQL server", () => {
  checkFeed(() => store);
});

describe("search on a PostgreSQL server", () => {
  checkSearch(() => store);
});
