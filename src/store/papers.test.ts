import { describe } from "vitest";
import { checkPapers } from "../../test/postgres/papers-checks.ts";
import { embeddedStore } from "./embedded-testing.ts";

const store = embeddedStore();

describe("papers in the embedded store", () => {
  checkPapers(store);
});
