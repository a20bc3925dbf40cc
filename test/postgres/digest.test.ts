import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { smtpFixture } from "../../src/mail/fixtures.ts";
import { rowsOf } from "../../src/store/rows.ts";
import { serverStore } from "./database.ts";
import { checkDigests, somePapers, subscriber } from "./digest-checks.ts";

const { store, url } = serverStore();

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("digests on a PostgreSQL server", () => {
  checkDigests(store);

  it("reach each subscriber once while two processes make and send them and are killed again and again", async () => {
    const { db } = store();
    await somePapers(db, 20);
    const mails: string[] = [];
    for (let i = 0; i < 40; i++) mails.push(await subscriber(db));
    const server = await smtpFixture({ data: () => pause(30) });
    const processes: ChildProcess[] = [];
    const begin = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [fileURLToPath(new URL("digest-worker.ts", import.meta.url))], {
        env: { ...process.env, DATABASE_URL: url(), SMTP_URL: server.url, NOW: "2025-06-20T12:00:00Z" },
        stdio: ["ignore", "pipe", "inherit"],
      });
      processes.push(child);
      await new Promise((resolve) => child.stdout?.once("data", resolve));
      return child;
    };
    const kill = (child: ChildProcess): Promise<void> =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      });
    /** What a dead process held is free after five minutes, and a message is tried again after twenty seconds; here at once. */
    const hurry = () =>
      db.execute(sql`
        update pgboss.job set state = case when state = 'active' then 'retry'::pgboss.job_state else state end, start_after = now()
        where name = 'mail' and state in ('active', 'retry')`);
    let kills = 0;
    try {
      for (let round = 0; round < 5; round++) {
        const pair = await Promise.all([begin(), begin()]);
        await pause(150 + 250 * round);
        await Promise.all(pair.map(kill));
        kills += pair.length;
        await hurry().catch(() => {}); // the first may have died before there was a queue
      }
      const pair = await Promise.all([begin(), begin()]);
      const arrived = (): string[] => server.received.flatMap(({ to }) => to);
      // Killed between its note and the end of the message, a process may have lost one; it never leaves a second one.
      const open = async (): Promise<string[]> =>
        rowsOf<{ mail: string }>(
          await db.execute(sql`
            select s.mail from livepapers.subscriptions s left join livepapers.deliveries d on d.subscription = s.id
            where d.handed is null`),
        ).map(({ mail }) => mail);
      for (let i = 0; i < 600 && (await open()).length > 0; i++) await pause(200);
      await pause(500);
      await Promise.all(pair.map(kill));
      expect(await open()).toEqual([]);
      const found = arrived();
      expect(new Set(found).size).toBe(found.length);
      // Each process hands over two digests at a time.
      expect(found.length).toBeGreaterThanOrEqual(mails.length - 2 * kills);
      expect(mails).toEqual(expect.arrayContaining(found));
    } finally {
      for (const child of processes) if (child.exitCode === null) child.kill("SIGKILL");
      await server.close();
    }
    const rows = rowsOf<{ n: number }>(await db.execute(sql`select count(*)::integer as n from livepapers.deliveries`));
    expect(rows[0]?.n).toBe(mails.length);
  });
});
