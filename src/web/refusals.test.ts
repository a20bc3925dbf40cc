import { rm } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import { usualWish } from "../kit/wish.ts";
import { refusal, smtpFixture } from "../mail/fixtures.ts";
import { queueState } from "../store/queue-state.ts";
import { rowsOf } from "../store/rows.ts";
import { openStore } from "../store/store.ts";
import { addAsk, confirmAsk } from "../store/subscriptions.ts";
import { freshDataDir } from "../store/testing.ts";
import { silentLog } from "./operations/log.ts";
import { Metrics } from "./operations/metrics.ts";
import { openSite } from "./server.ts";
import { settingsOf } from "./settings.ts";

it("a digest that a mail server refuses is noted: an unknown address at once for good, a message as one failure", async () => {
  const smtp = await smtpFixture({
    onRcptTo({ address }, _session, callback) {
      callback(address.startsWith("gone") ? refusal(550, "no such user") : null);
    },
    data() {
      throw refusal(554, "not wanted");
    },
  });
  const dataDir = await freshDataDir();
  const store = await openStore({ dataDir });
  const lastWeek = new Date(Date.now() - 7 * 86_400_000);
  for (const mail of ["gone@example.org", "picky@example.org"]) {
    await addAsk(store.db, { token: mail, mail, wish: { ...usualWish, every: "day" }, hours: 24 });
    await confirmAsk(store.db, mail, lastWeek);
  }
  const site = await openSite({
    ...{ store, dataDir, url: "http://localhost", worker: false, finishMs: 0, logger: silentLog() },
    settings: settingsOf({ SMTP_URL: smtp.url, LIVEPAPERS_SECRET: "a secret of forty characters, for tests." }),
    metrics: new Metrics({ queue: () => queueState(store.db), process: false }),
  });
  try {
    await vi.waitFor(
      async () => {
        const result = await store.db.execute(
          sql`select mail, failures, refused is not null as refused from livepapers.subscriptions order by mail`,
        );
        expect(rowsOf(result)).toEqual([
          { mail: "gone@example.org", failures: 1, refused: true },
          { mail: "picky@example.org", failures: 1, refused: false },
        ]);
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(smtp.received).toEqual([]);
  } finally {
    await site.close();
    await store.close();
    await smtp.close();
    await rm(dataDir, { recursive: true });
  }
});
