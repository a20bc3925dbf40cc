import { describe } from "vitest";
import { checkFeed } from "../../test/postgres/feed-checks.ts";
import { embeddedStore } from "../store/embedded-testing.ts";

const store = embeddedStore();

describe("the feed on the embedded store", () => {
  checkFeed(store);
});
