import { describe } from "vitest";
import { checkSearch } from "../../../test/postgres/search-checks.ts";
import { embeddedStore } from "../../store/embedded-testing.ts";

const store = embeddedStore();

describe("search in the embedded store", () => {
  checkSearch(store);
});
