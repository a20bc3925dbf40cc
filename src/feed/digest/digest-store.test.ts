import { describe } from "vitest";
import { checkDigests } from "../../../test/postgres/digest-checks.ts";
import { embeddedStore } from "../../store/embedded-testing.ts";

const store = embeddedStore();

describe("digests on the embedded store", () => {
  checkDigests(store);
});
