import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import { MailError } from "../../src/mail/carrier.ts";
import type { MailMessage } from "../../src/mail/message.ts";
import { MailQueue, type MailQueueOptions } from "../../src/mail/queue.ts";
import type { Store } from "../../src/store/store.ts";

const message = (subject: string): MailMessage => ({ to: "ada@example.net", subject, text: "." });

/** The queue of messages on every store. */
export function checkMailQueue(store: () => Store): void {
  async function opened(send: (message: MailMessage) => Promise<void>, more: Partial<MailQueueOptions> = {}) {
    const transport = { kind: "smtp" as const, send, close() {} };
    return MailQueue.open({ store: store(), transport, key: Buffer.alloc(32, 7), log() {}, ...more });
  }

  it("delivers what was queued in a transaction, once, and nothing of one that was rolled back", async () => {
    const { db } = store();
    const sent: string[] = [];
    const queue = await opened(async ({ subject }) => {
      sent.push(subject);
    });
    const id = randomUUID();
    await db.transaction((tx) => queue.send(tx, message("first"), { id }));
    await queue.send(db, message("first again"), { id });
    const broken = db.transaction(async (tx) => {
      await queue.send(tx, message("never"));
      throw new Error("rolled back");
    });
    await expect(broken).rejects.toThrow("rolled back");
    await queue.send(db, message("too late"), { until: new Date(Date.now() - 1) });
    await queue.send(db, message("in time"), { until: new Date(Date.now() + 600_000) });
    await queue.work();
    await vi.waitFor(() => expect(sent).toEqual(["first", "in time"]), 20_000);
    await queue.stop();
  });

  it("tries again later what may be taken later, and gives up what will not", async () => {
    const { db } = store();
    const refused: string[] = [];
    const queue = await opened(
      ({ subject }) => Promise.reject(new MailError("no", subject === "gone" ? "address" : "later")),
      { refused: ({ to, subject }, error) => void refused.push(`${subject} ${to} ${error.reason}`) },
    );
    const [gone, later] = [randomUUID(), randomUUID()];
    await queue.send(db, message("gone"), { id: gone });
    await queue.send(db, message("later"), { id: later });
    await queue.work();
    const stateOf = async (id: string) => {
      const { rows } = (await db.execute(
        `select state, start_after - now() > interval '5 seconds' as waits from pgboss.job where name = 'mail' and id = '${id}'`,
      )) as { rows: { state: string; waits: boolean }[] };
      return rows[0];
    };
    await vi.waitFor(async () => {
      expect(await stateOf(gone)).toMatchObject({ state: "completed" });
      expect(await stateOf(later)).toEqual({ state: "retry", waits: true });
    }, 20_000);
    expect(refused).toEqual(["gone ada@example.net address"]);
    await queue.stop();
  });

  it("hands a message that must not come twice over once, when no answer tells what became of it", async () => {
    const { db } = store();
    const tried: string[] = [];
    const queue = await opened(({ subject }) => {
      tried.push(subject);
      return Promise.reject(new MailError("gone", "later", subject !== "refused"));
    });
    const ids = { once: randomUUID(), again: randomUUID(), refused: randomUUID() };
    await queue.send(db, message("once"), { id: ids.once, once: true });
    await queue.send(db, message("again"), { id: ids.again });
    await queue.send(db, message("refused"), { id: ids.refused, once: true });
    await queue.work();
    await vi.waitFor(async () => {
      const { rows } = (await db.execute(
        `select id, state from pgboss.job where name = 'mail' and id in ('${Object.values(ids).join("','")}')`,
      )) as { rows: { id: string; state: string }[] };
      const states = new Map(rows.map(({ id, state }) => [id, state]));
      expect(Object.values(ids).map((id) => states.get(id))).toEqual(["completed", "retry", "retry"]);
    }, 20_000);
    expect(tried.sort()).toEqual(["again", "once", "refused"]);
    await queue.stop();
  });

  it("drops what was queued under another secret", async () => {
    const { db } = store();
    const sent: string[] = [];
    const log = vi.fn();
    const before = await opened(async () => {}, { key: Buffer.alloc(32, 8) });
    await before.send(db, message("old"));
    const queue = await opened(async ({ subject }) => void sent.push(subject), { log });
    await before.stop();
    await queue.work();
    await vi.waitFor(() => expect(log).toHaveBeenCalledWith(expect.stringContaining("another secret")), 20_000);
    expect(sent).not.toContain("old");
    await queue.stop();
  });
}
