import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { client } from "../../api/client.ts";
import { version as ownVersion } from "../../runs/about.ts";
import { execute } from "../../runs/execute.ts";
import type { StampedEvent } from "../../runs/types.ts";
import { type ApiServer, apiServer } from "../../web/api/testing.ts";
import type { ApplyDocument } from "../apply.ts";
import type { ReproduceDocument } from "../reproduce.ts";
import { cli, type Ran } from "../testing.ts";
import { remoteEngine } from "./engine.ts";

let server: ApiServer;
let folder = "";
beforeAll(async () => {
  server = await apiServer({ LIVEPAPERS_API_PER_MINUTE: "0" });
  folder = await mkdtemp(join(tmpdir(), "livepapers-remote-"));
  await writeFile(join(folder, "scores.csv"), "system,a,b\nx,1,2\ny,2,3\nz,3,1\n");
}, 120_000);
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const here = (...line: string[]): Promise<Ran> => cli(line, { execute });
/** The same command line at the server. */
const there = async (...line: string[]): Promise<Ran> => {
  const ran = await cli([...line, "--server", server.url]);
  expect(ran.jobs).toEqual([]); // nothing ran here
  return ran;
};

describe("a command at a server", () => {
  it("lists and shows as it does here", async () => {
    for (const line of [["list"], ["list", "--json", "--field", "model-merging"], ["show", "system-ranking"]]) {
      expect(await there(...line)).toEqual(await here(...line));
    }
    const byEnvironment = await cli(["show", "system-ranking", "--json"], { env: { LIVEPAPERS_SERVER: server.url } });
    expect(byEnvironment.out).toBe((await here("show", "system-ranking", "--json")).out);
    const unknown = await there("show", "system-rankin");
    expect(unknown).toMatchObject({ status: 2, err: expect.stringContaining("system-ranking") });
  });

  it("measures a claim: the same document, text, files and exit status", async () => {
    const line = ["reproduce", "system-ranking", "--draws", "10", "--seed", "3"];
    const own = await here(...line, "--json", "--out", join(folder, "here"));
    const remote = await there(...line, "--json", "--out", join(folder, "there"));
    const document = (ran: Ran): ReproduceDocument => ({ ...JSON.parse(ran.out), durationMs: 0 });
    expect(document(remote)).toEqual(document(own));
    expect(remote.status).toBe(own.status);
    expect(await readdir(join(folder, "there"))).toEqual(await readdir(join(folder, "here")));
    const page = /The run is at (\S+)/.exec(remote.err)?.[1] ?? "";
    expect(page.startsWith(`${server.url}/runs/`)).toBe(true);
    expect(remote.err).toContain("waiting for the server");
  });

  it("applies a tool to files and to standard input, and writes the same", async () => {
    const line = ["apply", "system-ranking", join(folder, "scores.csv"), "--bootstrap", "0"];
    const own = await here(...line, "--out", join(folder, "here.csv"));
    const remote = await there(...line, "--out", join(folder, "there.csv"));
    expect([remote.status, own.status]).toEqual([0, 0]);
    const text = await readFile(join(folder, "there.csv"), "utf8");
    expect(text).toBe(await readFile(join(folder, "here.csv"), "utf8"));
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
    const again = await there(...line, "--out", join(folder, "there.csv"));
    expect(again).toMatchObject({ status: 2, err: expect.stringContaining("there.csv") });
    const piped = await cli(["apply", "system-ranking", "-", "--bootstrap", "0", "--json", "--server", server.url], {
      stdin: "system,a,b\nx,1,2\ny,2,3\nz,3,1\n",
    });
    const { outputs, version } = JSON.parse(piped.out) as ApplyDocument;
    expect(outputs[0]).toMatchObject({ path: null, text });
    expect(version).toBe(ownVersion());
  });

  it("says what the server finds wrong with a file, and writes nothing", async () => {
    await writeFile(join(folder, "bad.csv"), "system,a\nx,1\ny,two\n");
    const out = join(folder, "never.csv");
    const ran = await there("apply", "system-ranking", join(folder, "bad.csv"), "--out", out);
    expect(ran).toMatchObject({ status: 2, out: "" });
    expect(ran.err).toContain("livepapers: bad.csv, line 3, column a:");
    expect(await readdir(folder)).not.toContain("never.csv");
  });

  it("goes on behind the last message when the connection is lost", async () => {
    const events: StampedEvent[] = [];
    let cuts = 0;
    const site = { client: client(server.url, { retryMs: 20 }), url: server.url };
    const outcome = await remoteEngine(site).execute(
      { kind: "claim", slug: "system-ranking", scale: "quick", seed: 5, params: { draws: 10 } },
      {
        onEvent(event) {
          events.push(event);
          if (event.event.type !== "progress" || event.seq === 0 || cuts >= 2) return;
          cuts += 1;
          server.cut();
        },
      },
    );
    expect([outcome.status, cuts]).toEqual(["done", 2]);
    const told = events.filter(({ seq }) => seq > 0).map(({ seq }) => seq);
    expect(told.sort((a, b) => a - b)).toEqual(told.map((_, i) => i + 1));
  });

  it("stops the run at the server when its reader stops it", async () => {
    const controller = new AbortController();
    const site = { client: client(server.url), url: server.url };
    const engine = remoteEngine(site);
    const outcome = await engine.execute(
      { kind: "claim", slug: "system-ranking", scale: "full", seed: 5, params: {} },
      { signal: controller.signal, onEvent: () => controller.abort() },
    );
    expect(outcome.status).toBe("cancelled");
    const id = engine.facts().page?.split("/").at(-1) ?? "";
    for await (const message of client(server.url).events(id)) {
      if (message.type === "outcome") expect(message.outcome).toMatchObject({ status: "cancelled" });
    }
    expect((await client(server.url).run(id)).state).toBe("cancelled");
  });
});
