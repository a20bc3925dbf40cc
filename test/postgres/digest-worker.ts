import { SubscriptionLinks } from "../../src/feed/digest/links.ts";
import { DigestService } from "../../src/feed/digest/service.ts";
import { MailQueue } from "../../src/mail/queue.ts";
import { openMail } from "../../src/mail/transport.ts";
import { openStore } from "../../src/store/store.ts";

// A process that makes digests and delivers them until it is killed.
const { DATABASE_URL: databaseUrl = "", SMTP_URL: smtpUrl = "", NOW = "" } = process.env;
const store = await openStore({ databaseUrl });
const transport = openMail({ smtpUrl, dataDir: "/nowhere", from: "livepapers <papers@example.org>" });
const log = (): void => {};
const mail = await MailQueue.open({ store, transport, key: Buffer.alloc(32, 5), log });
const siteUrl = new URL("https://papers.example.org");
const links = new SubscriptionLinks(Buffer.alloc(32, 6), siteUrl);
const now = () => new Date(NOW);
const digests = new DigestService({ db: store.db, mail, links, siteUrl, log, now, papers: async () => [] });
process.stdout.write("ready\n");
digests.start();
await mail.work();
