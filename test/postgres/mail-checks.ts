import { randomUUID } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { usualWish } from "../../src/kit/wish.ts";
import { MailError } from "../../src/mail/carrier.ts";
import type { MailMessage } from "../../src/mail/message.ts";
import { MailQueue, type MailQueueOptions } from "../../src/mail/queue.ts";
import type { MailTransport } from "../../src/mail/transport.ts";
import { addDelivery, type DeliveryKey, noteHanding, standingOf } from "../../src/store/deliveries.ts";
import type { Store } from "../../src/store/store.ts";
import { addAsk, confirmAsk, endSubscription, findSubscription, noteRefusal } from "../../src/store/subscriptions.ts";
import type { Weight } from "../../src/store/tell.ts";

const message = (subject: string): MailMessage => ({ to: "ada@example.net", subject, text: "." });

/** The queue of messages on every store. */
export function checkMailQueue(store: () => Store): void {
  async function opened(send: MailTransport["send"], more: Partial<MailQueueOptions> = {}) {
    const transport = { kind: "smtp" as const, send, close() {} };
    return MailQueue.open({ store: store(), transport, key: Buffer.alloc(32, 7), log() {}, ...more });
  }

  // What one test leaves to be tried again, the queue of a later one would take.
  afterEach(async () => {
    const { rows } = (await store().db.execute("select to_regclass('pgboss.job') is not null as there")) as {
      rows: { there: boolean }[];
    };
    if (rows[0]?.there) await store().db.execute("delete from pgboss.job where name = 'mail'");
  });

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
    const told: [string, Weight?][] = [];
    const queue = await opened(
      ({ subject }) => Promise.reject(new MailError("no", subject === "gone" ? "address" : "later")),
      {
        refused: ({ to, subject }, error) => void refused.push(`${subject} ${to} ${error.reason}`),
        log: (...line) => void told.push(line),
      },
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
    expect(told.sort().reverse()).toEqual([
      ["mail: refused for good: no", "warn"],
      ["mail: not delivered yet: no", "warn"],
    ]);
    await queue.stop();
  });

  /** A digest that is noted for a subscription of its own. */
  async function aDigest(mail: string): Promise<DeliveryKey> {
    const { db } = store();
    const token = randomUUID();
    await addAsk(db, { token, mail, wish: usualWish, hours: 1 });
    const subscription = await confirmAsk(db, token);
    const delivery = { subscription: subscription?.id ?? "", period: "2025-06-20" };
    await addDelivery(db, { ...delivery, slugs: [] });
    return delivery;
  }

  /** Queues digests, delivers until none is left that has not been tried, and tells how their jobs stand. */
  async function tryAll(queue: MailQueue, names: readonly string[], deliveries: Readonly<Record<string, DeliveryKey>>) {
    const { db } = store();
    const ids = new Map(names.map((name) => [name, randomUUID()]));
    for (const [subject, id] of ids) {
      const delivery = deliveries[subject];
      await queue.send(db, message(subject), { id, ...(delivery ? { delivery } : {}) });
    }
    await queue.work();
    return vi.waitFor(async () => {
      const { rows } = (await db.execute(
        `select id, state from pgboss.job where name = 'mail' and id in ('${[...ids.values()].join("','")}')`,
      )) as { rows: { id: string; state: string }[] };
      const states = new Map(rows.map(({ id, state }) => [id, state]));
      const found = Object.fromEntries([...ids].map(([subject, id]) => [subject, states.get(id)]));
      for (const state of Object.values(found)) expect(state).toMatch(/completed|retry/);
      return found;
    }, 20_000);
  }

  it("never hands a digest over twice: not when no answer comes, and not when the process died while it did", async () => {
    const deliveries = {
      silent: await aDigest("silent@example.net"),
      refused: await aDigest("refused@example.net"),
      dropped: await aDigest("dropped@example.net"),
      killed: await aDigest("killed@example.net"),
    };
    // What a process leaves that is killed after its note.
    expect(await noteHanding(store().db, deliveries.killed)).toBe(true);
    const tried: string[] = [];
    const queue = await opened(async ({ subject }, handing) => {
      tried.push(subject);
      if (subject === "dropped") throw new MailError("gone", "later");
      await handing?.();
      throw new MailError("gone", "later", subject !== "refused");
    });
    const states = await tryAll(queue, [...Object.keys(deliveries), "no digest"], deliveries);
    const [sent, again] = ["completed", "retry"];
    expect(states).toEqual({ silent: sent, refused: again, dropped: again, killed: sent, "no digest": again });
    expect(tried.sort()).toEqual(["dropped", "no digest", "refused", "silent"]);
    expect(await standingOf(store().db, deliveries.refused)).toBe("wanted");
    await queue.stop();
  });

  it("lets two processes hand the same digest over once", async () => {
    const delivery = await aDigest("twice@example.net");
    const noted = await Promise.all([1, 2, 3].map(() => noteHanding(store().db, delivery)));
    expect(noted.filter(Boolean)).toHaveLength(1);
  });

  it("sends no digest that nobody wants any more", async () => {
    const { db } = store();
    const deliveries = {
      wanted: await aDigest("wanted@example.net"),
      ended: await aDigest("ended@example.net"),
      suppressed: await aDigest("suppressed@example.net"),
    };
    await endSubscription(db, { mail: "ended@example.net" });
    await noteRefusal(db, "suppressed@example.net", true);
    const sent: string[] = [];
    const queue = await opened(async ({ subject }) => void sent.push(subject));
    await tryAll(queue, Object.keys(deliveries), deliveries);
    expect(sent).toEqual(["wanted"]);
    await queue.stop();
  });

  it("forgets refusals with the next digest that is delivered", async () => {
    const { db } = store();
    const mail = "patient@example.net";
    const deliveries = { patient: await aDigest(mail) };
    await noteRefusal(db, mail, false);
    await noteRefusal(db, mail, false);
    const queue = await opened(async () => {});
    await tryAll(queue, ["patient"], deliveries);
    await noteRefusal(db, mail, false);
    expect((await findSubscription(db, { mail }))?.refused).toBeNull();
    await queue.stop();
  });

  it("delivers a sign-in link before digests, and while they stand still", async () => {
    const { db } = store();
    const names = Array.from({ length: 6 }, (_, n) => `digest ${n}`);
    const deliveries = await Promise.all(names.map((name) => aDigest(`${name.replace(" ", "")}@example.net`)));
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const begun: string[] = [];
    const queue = await opened(async ({ subject }) => {
      begun.push(subject);
      if (subject.startsWith("digest")) await held;
    });
    for (const [n, subject] of names.entries()) {
      const delivery = deliveries[n];
      await queue.send(db, message(subject), { ...(delivery ? { delivery } : {}) });
    }
    await queue.send(db, message("link before"));
    await queue.work();
    await vi.waitFor(() => expect(begun).toHaveLength(3), 20_000);
    expect(begun).toContain("link before");
    await queue.send(db, message("link after"));
    await vi.waitFor(() => expect(begun).toContain("link after"), 20_000);
    release();
    await vi.waitFor(() => expect(begun).toHaveLength(8), 20_000);
    await queue.stop();
  });

  it("says so when a message came too late, and keeps no address in the log or with the job", async () => {
    const { db } = store();
    const [log, onAttempt] = [vi.fn(), vi.fn()];
    const queue = await opened(() => Promise.reject(new Error("no <ada@example.net>, said ada@example.net")), {
      ...{ log, onAttempt },
    });
    const [late, refused] = [randomUUID(), randomUUID()];
    await queue.send(db, message("late"), { id: late, until: new Date(Date.now() - 1) });
    await queue.send(db, message("refused"), { id: refused });
    await queue.work();
    await vi.waitFor(() => expect(onAttempt.mock.calls.flat().sort()).toEqual(["dropped", "later"]), 20_000);
    expect(log).toHaveBeenCalledWith(expect.stringContaining("a message could not be delivered"), "error");
    await vi.waitFor(async () => {
      const { rows } = (await db.execute(
        `select output::text as output from pgboss.job where id = '${refused}' and output is not null`,
      )) as { rows: { output: string }[] };
      expect(rows).toHaveLength(1);
      expect(`${rows[0]?.output} ${log.mock.calls.join(" ")}`).not.toContain("ada@");
    }, 20_000);
    await queue.stop();
  });

  it("tries for longer than any message is worth something", async () => {
    const queue = await opened(async () => {});
    const { rows } = (await store().db.execute(
      `select retry_limit, retry_delay_max, retention_seconds from pgboss.queue where name = 'mail'`,
    )) as { rows: { retry_limit: number; retry_delay_max: number; retention_seconds: number }[] };
    const { retry_limit: tries = 0, retry_delay_max: pause = 0, retention_seconds: kept = 0 } = rows[0] ?? {};
    expect(kept).toBeGreaterThan(3 * 86_400);
    expect((tries - 8) * pause).toBeGreaterThanOrEqual(kept);
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
    await vi.waitFor(
      () => expect(log).toHaveBeenCalledWith(expect.stringContaining("another secret"), "error"),
      20_000,
    );
    expect(sent).not.toContain("old");
    await queue.stop();
  });
}
