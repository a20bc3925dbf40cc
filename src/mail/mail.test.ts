import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { simpleParser } from "mailparser";
import { afterEach, describe, expect, it } from "vitest";
import { droppingServer, refusal, smtpFixture } from "./fixtures.ts";
import { pruneFolder } from "./folder.ts";
import { composeMail } from "./message.ts";
import { seal, unseal } from "./seal.ts";
import { parseSmtpUrl } from "./smtp.ts";
import { type MailTransport, openMail } from "./transport.ts";

const from = "livepapers <papers@example.org>";
const message = {
  to: "ada@example.net",
  subject: "Grüße – a “link”",
  text: "Line one.\n\nhttps://example.org/a?b=c&d=e",
};
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function smtp(options: Parameters<typeof smtpFixture>[0] = {}) {
  const server = await smtpFixture(options);
  const transport = openMail({ smtpUrl: server.url, dataDir: "/nowhere", from });
  cleanUp.push(server.close, () => transport.close());
  return { server, transport };
}

const failure = (transport: MailTransport, given = message, handing?: () => Promise<void>) =>
  transport.send(given, handing).then(
    () => "delivered",
    ({ name, reason, uncertain }) => ({ name, reason, uncertain }),
  );

describe("a message", () => {
  it("reads back as it was written", async () => {
    const headers = {
      "List-Unsubscribe": "<https://example.org/u>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    };
    const { raw } = await composeMail({ ...message, html: "<p>Line <b>one</b></p>", headers, id: "digest-1" }, from);
    const parsed = await simpleParser(raw);
    expect(parsed.subject).toBe(message.subject);
    expect(parsed.text?.trim()).toBe(message.text);
    expect(parsed.html).toContain("<b>one</b>");
    expect(parsed.from?.value).toEqual([{ address: "papers@example.org", name: "livepapers" }]);
    expect(parsed.messageId).toBe("<digest-1@example.org>");
    expect(parsed.headers.get("auto-submitted")).toBe("auto-generated");
    expect(raw.toString()).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(raw.toString().replaceAll("\r\n", "")).not.toContain("\n");
    expect(
      Math.max(
        ...raw
          .toString()
          .split("\r\n")
          .map((line) => line.length),
      ),
    ).toBeLessThan(999);
  });

  it("has the headers it was given and no others, whatever stands in its texts", async () => {
    const { raw } = await composeMail(
      { to: "ada@example.net", subject: "x\r\nBcc: eve@example.net\r\n\r\nhello", text: "\r\n.\r\nMAIL FROM:<e@e>" },
      from,
    );
    const head = raw.toString().split("\r\n\r\n")[0] ?? "";
    expect(head).not.toMatch(/^Bcc:/im);
    expect((await simpleParser(raw)).to).toMatchObject({ value: [{ address: "ada@example.net" }] });
  });
});

describe("SMTP", () => {
  it("delivers a message whole, dots and all, and one after another", async () => {
    const { server, transport } = await smtp();
    expect(transport.kind).toBe("smtp");
    await transport.send({ ...message, text: "a\n.\n..b\nQUIT\n" });
    await transport.send({ ...message, to: "grace@example.net" });
    await transport.send({ ...message, bounces: "bounces+b-1@example.org" });
    expect(server.received.pop()).toMatchObject({
      from: "bounces+b-1@example.org",
      raw: expect.stringMatching(/^From: livepapers <papers@example\.org>\r$/m),
    });
    expect(server.received.map(({ from: sender, to }) => [sender, ...to])).toEqual([
      ["papers@example.org", "ada@example.net"],
      ["papers@example.org", "grace@example.net"],
    ]);
    expect((await simpleParser(server.received[0]?.raw ?? "")).text).toBe("a\n.\n..b\nQUIT\n");
  });

  it("holds against an address only that it is not there", async () => {
    const reason = async (options: Parameters<typeof smtp>[0]) => failure((await smtp(options)).transport);
    const rcpt = (code: number, text: string) =>
      reason({ onRcptTo: (_to, _session, done) => done(refusal(code, text)) });
    const data = (code: number, text: string) => reason({ data: () => Promise.reject(refusal(code, text)) });
    const sender = (code: number, text: string) =>
      reason({ onMailFrom: (_from, _session, done) => done(refusal(code, text)) });
    const error = (reason: string) => ({ name: "MailError", reason, uncertain: false });
    const [to, own] = ["<ada@example.net>", "<papers@example.org>"];
    // The words of Postfix.
    const unknown = `${to}: Recipient address rejected: User unknown in local recipient table`;
    expect(await rcpt(550, `5.1.1 ${unknown}`)).toEqual(error("address"));
    expect(await rcpt(550, unknown)).toEqual(error("address"));
    expect(await rcpt(450, `4.1.1 ${unknown}`)).toEqual(error("later"));
    expect(await rcpt(554, `5.7.1 ${to}: Relay access denied`)).toEqual(error("later"));
    expect(await rcpt(554, `5.7.1 ${to}: Recipient address rejected: Access denied`)).toEqual(error("later"));
    expect(await rcpt(554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked")).toEqual(error("later"));
    expect(await rcpt(550, `5.1.8 ${own}: Sender address rejected: Domain not found`)).toEqual(error("later"));
    expect(await rcpt(553, `5.1.7 ${own}: Sender address rejected: bad address syntax`)).toEqual(error("later"));
    expect(await rcpt(552, `5.2.2 ${to}: Recipient address rejected: Mailbox full`)).toEqual(error("message"));
    expect(await rcpt(553, "sorry")).toEqual(error("message"));
    expect(await data(554, "5.6.0 Message content rejected")).toEqual(error("message"));
    expect(await data(550, "5.7.1 Message content rejected, policy")).toEqual(error("later"));
    expect(await data(451, "4.3.0 Error: queue file write error")).toEqual(error("later"));
    expect(await sender(553, `5.7.1 ${own}: Sender address rejected: not logged in`)).toEqual(error("later"));
    expect(await sender(501, "5.1.7 Bad sender address syntax")).toEqual(error("later"));
    expect(await sender(552, "5.3.4 Message size exceeds fixed limit")).toEqual(error("message"));
    expect(await sender(421, "4.3.2 try later")).toEqual(error("later"));
  });

  it("holds a server that lets nobody in against nobody", async () => {
    const closed = { onConnect: (_session: unknown, done: (error: Error) => void) => done(refusal(554, "5.7.1 no")) };
    expect(await failure((await smtp(closed)).transport)).toMatchObject({ reason: "later" });
  });

  it("repeats no address that a server names", async () => {
    const text = '5.1.1 <ada@example.net>: "ada@example.net" is unknown, see https://example.net/?to=ada%40example.net';
    const { transport } = await smtp({ onRcptTo: (_to, _session, done) => done(refusal(550, text)) });
    const error: unknown = await transport.send(message).catch((fault: unknown) => fault);
    expect(String(error)).toContain("is unknown");
    expect(inspect(error)).not.toMatch(/ada/);
  });

  it.each([
    ["MAIL", false],
    ["RCPT", false],
    ["DATA", false],
    ["354", false],
    ["body", false],
    ["dot", true],
  ] as const)("knows what a connection that ends at %s leaves open", async (stage, uncertain) => {
    const server = await droppingServer(stage);
    const transport = openMail({ smtpUrl: server.url, dataDir: "/nowhere", from });
    cleanUp.push(server.close, () => transport.close());
    // As long as the last bytes wait, the end of the connection is seen.
    const seen = stage === "dot" ? () => Promise.resolve() : () => server.dropped.then(() => setTimeout(20));
    for (const lines of stage === "body" ? [60_000] : [1, 300]) {
      let asked = 0;
      const handing = (): Promise<void> => {
        asked += 1;
        return seen();
      };
      const text = "x".repeat(70).concat("\n").repeat(lines);
      const failed = await failure(transport, { ...message, text }, handing);
      expect(failed).toEqual({ name: "MailError", reason: "later", uncertain });
      const before = asked;
      await setTimeout(50);
      expect(asked, "nothing is handed over once it has failed").toBe(before);
    }
  });

  it("sends the last bytes only when it may", async () => {
    const { server, transport } = await smtp();
    const seen: number[] = [];
    await transport.send(message, async () => void seen.push(server.received.length));
    expect([seen, server.received.length]).toEqual([[0], 1]);
    const forbidden = failure(transport, message, () => Promise.reject(new Error("the database is away")));
    expect(await forbidden).toEqual({ name: "MailError", reason: "later", uncertain: false });
    await transport.send(message);
    expect(server.received).toHaveLength(2);
  });

  it("waits for a server that is not there, and blames the address for nothing", async () => {
    const { server } = await smtp();
    await server.close();
    const transport = openMail({ smtpUrl: server.url, dataDir: "/nowhere", from });
    cleanUp.push(() => transport.close());
    expect(await failure(transport)).toEqual({ name: "MailError", reason: "later", uncertain: false });
  });

  it("holds a refused login against nobody", async () => {
    const { server } = await smtp({ onAuth: (_auth, _session, done) => done(refusal(535, "no")) });
    const transport = openMail({ smtpUrl: `smtp://a:b@127.0.0.1:${server.port}`, dataDir: "/nowhere", from });
    cleanUp.push(() => transport.close());
    expect(await failure(transport)).toMatchObject({ reason: "later" });
  });

  it("sends no password in the clear to another machine", () => {
    expect(parseSmtpUrl("smtp://a%40b:p%3Aw@mail.example.org")).toEqual({
      host: "mail.example.org",
      port: 587,
      secure: false,
      requireTLS: true,
      auth: { user: "a@b", pass: "p:w" },
    });
    expect(parseSmtpUrl("smtps://a:b@mail.example.org")).toMatchObject({ port: 465, secure: true });
    expect(parseSmtpUrl("smtp://localhost:2525")).toMatchObject({ port: 2525, requireTLS: false });
    expect(parseSmtpUrl("smtp://a:b@[::1]:25")).toMatchObject({ host: "::1", requireTLS: false });
    for (const text of ["mail.example.org", "http://user:secret@mail.example.org", "smtp://"]) {
      expect(() => parseSmtpUrl(text), text).toThrow(/^SMTP_URL: (?!.*secret)/);
    }
  });
});

describe("without a server", () => {
  it("messages are files that a mail program opens, for their owner alone", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "livepapers-mail-"));
    cleanUp.push(() => rm(dataDir, { recursive: true }));
    const transport = openMail({ dataDir, from });
    expect(transport.kind).toBe("folder");
    await Promise.all([transport.send(message), transport.send(message), transport.send(message)]);
    const names = await readdir(join(dataDir, "mail"));
    expect(names).toHaveLength(3);
    for (const name of names) {
      expect(name).toMatch(/^\d{4}-\d\d-\d\dT[\d-]+Z-[a-f\d]{6}\.eml$/);
      const path = join(dataDir, "mail", name);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await simpleParser(await readFile(path))).subject).toBe(message.subject);
    }
  });

  it("messages go after a month, and what else is in the folder stays", async () => {
    const folder = await mkdtemp(join(tmpdir(), "livepapers-mail-"));
    cleanUp.push(() => rm(folder, { recursive: true }));
    const old = new Date(Date.now() - 31 * 86_400_000);
    for (const name of ["old.eml", "new.eml", "other.txt", "half.eml.draft"]) {
      await writeFile(join(folder, name), "");
      if (name !== "new.eml") await utimes(join(folder, name), old, old);
    }
    await pruneFolder(folder, 30);
    expect((await readdir(folder)).sort()).toEqual(["new.eml", "other.txt"]);
    await pruneFolder(join(folder, "none"), 30);
  });

  it("says so when the folder cannot be written", async () => {
    const transport = openMail({ dataDir: "/proc/nowhere", from });
    expect(await failure(transport)).toEqual({ name: "MailError", reason: "later", uncertain: false });
  });
});

describe("sealed messages", () => {
  it("open under their key only, and never changed", () => {
    const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const sealed = seal(message, key);
    expect(unseal(sealed, key)).toEqual(message);
    expect(sealed).not.toBe(seal(message, key));
    expect(() => unseal(sealed, other)).toThrow();
    const bytes = Buffer.from(sealed, "base64url");
    for (const at of [0, 15, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => unseal(changed.toString("base64url"), key)).toThrow();
    }
    expect(() => unseal("", key)).toThrow();
  });
});
