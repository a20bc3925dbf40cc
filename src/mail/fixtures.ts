import { type AddressInfo, createServer } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A message as a test's SMTP server received it. */
export interface Received {
  from: string;
  to: string[];
  raw: string;
}

/** A real SMTP server on a free port, for tests. `data` may refuse a message by throwing, or do something to the connection. */
export async function smtpFixture(
  options: SMTPServerOptions & { data?(message: Received): unknown } = {},
): Promise<{ url: string; port: number; received: Received[]; close(): Promise<void> }> {
  const { data, ...rest } = options;
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    closeTimeout: 100,
    ...rest,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const { mailFrom, rcptTo } = session.envelope;
        const message: Received = {
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        };
        try {
          await data?.(message);
          received.push(message);
          callback();
        } catch (error) {
          callback(error as Error);
        }
      });
    },
  });
  server.on("error", () => {}); // a client that leaves in the middle is part of the tests
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo; // it listens on TCP
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A refusal as an SMTP server words it. */
export function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** Where a connection ends: instead of the answer to a command, after 354, in the middle of the message, or after its dot. */
export type DropStage = "MAIL" | "RCPT" | "DATA" | "354" | "body" | "dot";

/** A server that speaks SMTP up to a point, and ends every connection there. */
export async function droppingServer(
  stage: DropStage,
): Promise<{ url: string; dropped: Promise<void>; close(): Promise<void> }> {
  let drop = (): void => {};
  const dropped = new Promise<void>((resolve) => {
    drop = resolve;
  });
  const server = createServer((socket) => {
    let body: string | undefined;
    socket.on("error", () => {});
    socket.on("close", () => drop());
    socket.write("220 mail.example.org ESMTP\r\n");
    socket.on("data", (chunk: Buffer) => {
      const text = chunk.toString();
      if (body !== undefined) {
        body = (body + text).slice(-5);
        if (stage === "body" || body === "\r\n.\r\n") socket.destroy();
        return;
      }
      const command = text.slice(0, 4).toUpperCase();
      if (command === stage) return void socket.destroy();
      if (command !== "DATA") return void socket.write("250 2.0.0 OK\r\n");
      body = "";
      socket.write("354 End data with <CR><LF>.<CR><LF>\r\n", () => {
        if (stage === "354") socket.destroy();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `smtp://127.0.0.1:${port}`,
    dropped,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A delivery status notification as a mail server writes it. `fields` are those of the recipient. */
export function notification(to: string, fields: string, header = "X-Test: none"): Buffer {
  const text = `From: MAILER-DAEMON@mail.example.net (Mail Delivery System)
${header}
To: <${to}>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="B.1"

--B.1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B.1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net
Arrival-Date: Fri, 27 Nov 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; ada@example.net
Original-Recipient: rfc822;ada@example.net
${fields}

--B.1
Content-Type: text/rfc822-headers

Return-Path: <${to}>
Subject: Trending papers

--B.1--
`;
  return Buffer.from(text.replaceAll("\n", "\r\n"));
}
