import { describe } from "vitest";
import { checkSubscriptions } from "../../test/postgres/subscription-checks.ts";
import { embeddedStore } from "./embedded-testing.ts";

const store = embeddedStore();

describe("subscriptions in the embedded store", () => {
  checkSubscriptions(store);
});
