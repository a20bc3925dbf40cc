import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { catalogue } from "../../src/papers/catalogue.ts";
import type { Db } from "../../src/store/store.ts";
import { ensureBuild } from "../../src/web/build.ts";
import { siteCookies } from "../../src/web/guard/cookies.ts";
import { createApp } from "../../src/web/http.ts";
import { faultLog } from "../../src/web/operations/faults.ts";
import { openLog } from "../../src/web/operations/log.ts";
import { Readers } from "../../src/web/readers.ts";
import type { Services } from "../../src/web/services.ts";
import { settingsOf } from "../../src/web/settings.ts";
import { VisiblePapers } from "../../src/web/visible.ts";

const fault = "relation livepapers.runs does not exist";
const broken = (): Promise<never> => Promise.reject(new Error(fault));
let server: Server;
let url: string;

beforeAll(async () => {
  // A site whose database has gone away.
  const all = <T>(): T => new Proxy({}, { get: () => broken }) as T;
  const services = {
    ...{ runs: all<Services["runs"]>(), accounts: all<Services["accounts"]>(), library: all<Services["library"]>() },
    ...{
      inbox: all<Services["inbox"]>(),
      feed: all<Services["feed"]>(),
      version: "0",
      siteUrl: new URL("http://localhost"),
      fault: faultLog(openLog({ env: {}, terminal: false, write: (line) => lines.push(line) }), { error() {} }),
      verdicts: broken,
      verdictsSince: broken,
      claimRuns: broken,
      events: broken,
      files: broken,
    },
    readFile: () => ({}) as never,
  };
  const secret = "s".repeat(32);
  const readers = new Readers({
    db: all<Db>(),
    secret,
    cookies: siteCookies(secret, false),
    admins: new Set(),
  });
  const app = await createApp(await ensureBuild(), {
    ...{ services, readers, papers: new VisiblePapers(all<Db>(), catalogue, console.error) },
    settings: settingsOf({}),
  });
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
/** What stands in the operator's log. */
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
});

/** One line for each fault, with its stack. */
function expectLogged(): void {
  const entries = lines.map((line) => JSON.parse(line) as { level: string; stack: string });
  expect(entries.length).toBeGreaterThan(0);
  for (const { level, stack } of entries) {
    expect(level).toBe("error");
    expect(stack).toContain(fault);
    expect(stack).toMatch(/\n {4}at /);
  }
}

describe("when something breaks on the server", () => {
  it.each(["/", "/claims", "/papers/system-ranking", "/runs/abc"])(
    "%s says so and tells only the log why",
    async (path) => {
      const response = await fetch(url + path);
      expect(response.status).toBe(500);
      const html = await response.text();
      expect(html).toContain("Something broke on our side");
      expect(html).toContain("<header");
      expect(html).not.toContain(fault);
      expect(html).not.toMatch(/node_modules|\.tsx?:\d/);
      expectLogged();
    },
  );

  it("answers the API with a problem document", async () => {
    const response = await fetch(`${url}/api/runs/abc`);
    expect(response.status).toBe(500);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(await response.text()).not.toContain(fault);
    expectLogged();
  });
});
