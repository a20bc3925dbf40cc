import { describe } from "vitest";
import { checkForYou } from "../../../test/postgres/for-you-checks.ts";
import { embeddedStore } from "../../store/embedded-testing.ts";

const store = embeddedStore();

describe("a reader's own ranking on the embedded store", () => {
  checkForYou(store);
});
