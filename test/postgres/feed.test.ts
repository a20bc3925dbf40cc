import { describe } from "vitest";
import { serverStore } from "./database.ts";
import { checkFeed } from "./feed-checks.ts";
import { checkSearch } from "./search-checks.ts";

const { store } = serverStore();

describe("the feed on a PostgreSQL server", () => {
  checkFeed(store);
});

describe("search on a PostgreSQL server", () => {
  checkSearch(store);
});
