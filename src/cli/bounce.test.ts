import { expect, it } from "vitest";
import { cli } from "./testing.ts";

it("bounce says that it needs a PostgreSQL server", async () => {
  const { status, err } = await cli(["bounce"], { stdin: "To: x\n\n" });
  expect({ status, lines: err.trim().split("\n").length }).toEqual({ status: 2, lines: 1 });
  expect(err).toContain("DATABASE_URL: bounce needs a PostgreSQL server");
});
