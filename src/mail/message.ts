import { randomUUID } from "node:crypto";
import MailComposer from "nodemailer/lib/mail-composer";

/** A message to one person, as plain data: it is queued and stored. */
export interface MailMessage {
  to: string;
  subject: string;
  /** For clients that show text only; every message has it. */
  text: string;
  html?: string;
  /** Further headers, such as List-Unsubscribe. */
  headers?: Record<string, string>;
  /** Where servers report that it could not be delivered; the sender without. */
  bounces?: string;
  /** Names the message: sent again under the same id it has the same Message-ID, by which a mailbox knows it. */
  id?: string;
}

/** A message ready to be sent. */
export interface WireMessage {
  from: string;
  to: string;
  /** The whole message as RFC 5322 has it, with CRLF. */
  raw: Buffer;
}

/** The address alone of "Name <address>". */
export function bareAddress(address: string): string {
  return /<([^<>]+)>\s*$/.exec(address)?.[1] ?? address.trim();
}

/** Sets a message: multipart when it has HTML, with a date and a Message-ID of the sender's domain. */
export async function composeMail(message: MailMessage, from: string, date = new Date()): Promise<WireMessage> {
  const sender = bareAddress(from);
  const domain = sender.slice(sender.lastIndexOf("@") + 1);
  const composer = new MailComposer({
    ...{ from, date, to: { name: "", address: message.to } },
    ...{ subject: message.subject, text: message.text, html: message.html },
    messageId: `<${message.id ?? randomUUID()}@${domain}>`,
    // Nobody should answer it with "out of office".
    headers: { "Auto-Submitted": "auto-generated", ...message.headers },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    newline: "\r\n",
  });
  return { from: message.bounces ?? sender, to: message.to, raw: await composer.compile().build() };
}
