import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkMailQueue } from "../../test/postgres/mail-checks.ts";
import { embeddedStore } from "../store/embedded-testing.ts";
import { MailQueue } from "./queue.ts";

const store = embeddedStore();

describe("the mail queue on the embedded store", () => {
  checkMailQueue(store);

  it("keeps nothing of a message in the clear", async () => {
    const transport = { kind: "smtp" as const, send: () => Promise.resolve(), close() {} };
    const queue = await MailQueue.open({ store: store(), transport, key: Buffer.alloc(32, 1), log() {} });
    const message = { to: "ada@example.net", subject: "Sign in", text: "https://example.org/token-in-the-link" };
    await queue.send(store().db, message, { id: randomUUID() });
    const { rows } = (await store().db.execute("select data::text from pgboss.job where name = 'mail'")) as {
      rows: { data: string }[];
    };
    expect(rows.length).toBeGreaterThan(0);
    for (const { data } of rows) expect(data).not.toMatch(/ada@|Sign in|token/);
    await queue.stop();
  });
});
