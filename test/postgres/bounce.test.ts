import { describe, expect, it } from "vitest";
import { cli } from "../../src/cli/testing.ts";
import { bounceAddress } from "../../src/feed/digest/bounce-address.ts";
import { notification } from "../../src/mail/fixtures.ts";
import { addDelivery } from "../../src/store/deliveries.ts";
import { keyFor } from "../../src/store/secret.ts";
import { endSubscription, findSubscription } from "../../src/store/subscriptions.ts";
import { serverStore } from "./database.ts";
import { subscriber } from "./digest-checks.ts";

const { store, url } = serverStore();
const secret = "s".repeat(32);

/** Somebody who was sent digests, and the command as the mail server calls it for one that came back. */
async function bouncing() {
  const mail = await subscriber(store().db);
  const id = (await findSubscription(store().db, { mail }))?.id ?? "";
  const address = bounceAddress(keyFor(secret, "bounces"), "bounces@papers.example.org", id);
  return {
    mail,
    sent: (period: string) => addDelivery(store().db, { subscription: id, period, slugs: [] }),
    refused: async () => (await findSubscription(store().db, { mail }))?.refused !== null,
    bounce: async (code: string, to = address) => {
      const stdin = notification(to, `Action: failed\nStatus: ${code}`).toString();
      const env = { DATABASE_URL: url(), LIVEPAPERS_SECRET: secret };
      const { status, out, err } = await cli(["bounce"], { stdin, env });
      expect({ status, err }).toEqual({ status: 0, err: "" });
      return out;
    },
  };
}

describe("livepapers bounce", () => {
  it("ends mail to an address that does not exist", async () => {
    const { sent, bounce, refused } = await bouncing();
    await sent("2026-11-27");
    expect(await bounce("5.1.1", "bounces+b-abcdefghijkl.00000000000000000000@papers.example.org")).toContain("signed");
    expect(await bounce("5.7.1")).toContain("by policy");
    expect(await refused()).toBe(false);
    expect(await bounce("5.1.1")).toContain("gets nothing more");
    expect(await refused()).toBe(true);
  });

  it("ends mail after three digests in a row that came back, however often one is reported", async () => {
    const { sent, bounce, refused } = await bouncing();
    for (const period of ["2026-11-24", "2026-11-25"]) {
      await sent(period);
      for (let again = 0; again < 3; again++) expect(await bounce("5.2.2")).toContain("came back");
    }
    await sent("2026-11-26");
    await sent("2026-11-27");
    await bounce("5.2.2");
    expect(await refused()).toBe(false);
    for (const period of ["2026-11-28", "2026-11-29"]) {
      await sent(period);
      await bounce("5.2.2");
    }
    expect(await refused()).toBe(true);
  });

  it("does nothing for a subscription that has ended", async () => {
    const { mail, bounce } = await bouncing();
    await endSubscription(store().db, { mail });
    expect(await bounce("5.1.1")).toContain("has ended");
  });
});
