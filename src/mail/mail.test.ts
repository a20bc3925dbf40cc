import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { afterEach, describe, expect, it } from "vitest";
import { refusal, smtpFixture } from "./fixtures.ts";
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

const failure = (transport: MailTransport) =>
  transport.send(message).then(
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
    expect(server.received.map(({ from: sender, to }) => [sender, ...to])).toEqual([
      ["papers@example.org", "ada@example.net"],
      ["papers@example.org", "grace@example.net"],
    ]);
    expect((await simpleParser(server.received[0]?.raw ?? "")).text).toBe("a\n.\n..b\nQUIT\n");
  });

  it("tells an address that is not there from a message that is not wanted and from patience", async () => {
    const rcpt = (code: number) => smtp({ onRcptTo: (_to, _session, done) => done(refusal(code, "no")) });
    const data = (code: number) => smtp({ data: () => Promise.reject(refusal(code, "no")) });
    const sender = (code: number) => smtp({ onMailFrom: (_from, _session, done) => done(refusal(code, "no")) });
    const of = async (made: Promise<{ transport: MailTransport }>) => failure((await made).transport);
    const error = (reason: string) => ({ name: "MailError", reason, uncertain: false });
    expect(await of(rcpt(550))).toEqual(error("address"));
    expect(await of(rcpt(450))).toEqual(error("later"));
    expect(await of(data(554))).toEqual(error("message"));
    expect(await of(data(451))).toEqual(error("later"));
    expect(await of(sender(553))).toEqual(error("message"));
    expect(await of(sender(421))).toEqual(error("later"));
  });

  it("says that it cannot know when the connection ends before the answer", async () => {
    const sockets = new Set<{ destroy(): void }>();
    const { server } = await smtp({
      data: () => {
        for (const socket of sockets) socket.destroy();
      },
    });
    const proxy = createServer((client) => {
      const upstream = connect(server.port, "127.0.0.1");
      sockets.add(client);
      client.pipe(upstream).pipe(client);
      client.on("error", () => upstream.destroy());
      upstream.on("error", () => client.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const through = openMail({ smtpUrl: `smtp://127.0.0.1:${port}`, dataDir: "/nowhere", from });
    cleanUp.push(
      () => proxy.close(),
      () => through.close(),
    );
    expect(await failure(through)).toEqual({ name: "MailError", reason: "later", uncertain: true });
    expect(server.received).toHaveLength(1);
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
