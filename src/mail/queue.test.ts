import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkMailQueue } from "../../test/postgres/mail-checks.ts";
import { openStore, type Store } from "../store/store.ts";
import { freshDataDir } from "../store/testing.ts";
import { MailQueue } from "./queue.ts";

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = await freshDataDir();
  store = await openStore({ dataDir: folder });
}, 120_000);
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe("the mail queue on the embedded store", () => {
  checkMailQueue(() => store);

  it("keeps nothing of a message in the clear", async () => {
    const transport = { kind: "smtp" as const, send: () => Promise.resolve(), close() {} };
    const queue = await MailQueue.open({ store, transport, key: Buffer.alloc(32, 1), log() {} });
    const message = { to: "ada@example.net", subject: "Sign in", text: "https://example.org/token-in-the-link" };
    await queue.send(store.db, message, { id: randomUUID() });
    const { rows } = (await store.db.execute("select data::text from pgboss.job where name = 'mail'")) as {
      rows: { data: string }[];
    };
    expect(rows.length).toBeGreaterThan(0);
    for (const { data } of rows) expect(data).not.toMatch(/ada@|Sign in|token/);
    await queue.stop();
  });
});
