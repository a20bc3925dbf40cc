import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { notification } from "../mail/fixtures.ts";
import { cli } from "./testing.ts";

it("bounce says that it needs a PostgreSQL server", async () => {
  const { status, err } = await cli(["bounce"], { stdin: "To: x\n\n" });
  expect({ status, lines: err.trim().split("\n").length }).toEqual({ status: 2, lines: 1 });
  expect(err).toContain("DATABASE_URL: bounce needs a PostgreSQL server");
});

it("bounce makes no secret of its own", async () => {
  const LIVEPAPERS_DATA = join(tmpdir(), "livepapers-no-such-folder");
  const report = notification("bounces+b-1@example.org", "Action: failed\nStatus: 5.1.1");
  const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", LIVEPAPERS_DATA };
  const { status, err } = await cli(["bounce"], { env, stdin: report.toString() });
  expect({ status, made: existsSync(LIVEPAPERS_DATA) }).toEqual({ status: 2, made: false });
  expect(err).toContain("LIVEPAPERS_SECRET: the secret of the site is not here");
});
