import { describe } from "vitest";
import { checkSignals } from "../../test/postgres/signals-checks.ts";
import { embeddedStore } from "./embedded-testing.ts";

const store = embeddedStore();

describe("ballots in the embedded store", () => {
  checkSignals(store);
});
