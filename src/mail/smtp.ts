import { Readable } from "node:stream";
import { createTransport } from "nodemailer";
import { BadInput } from "../kit/errors.ts";
import { type Carrier, MailError } from "./carrier.ts";
import type { WireMessage } from "./message.ts";

const seconds = 1000;

interface SmtpAddress {
  host: string;
  port: number;
  secure: boolean;
  requireTLS: boolean;
  auth?: { user: string; pass: string };
}

const loopback = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

/** Reads SMTP_URL; its password is never repeated. */
export function parseSmtpUrl(text: string): SmtpAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    throw new BadInput("this is not an address such as smtp://user:password@mail.example.org:587", {
      where: "SMTP_URL",
    });
  }
  const secure = url.protocol === "smtps:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const user = decodeURIComponent(url.username);
  return {
    ...{ host, secure },
    port: Number(url.port) || (secure ? 465 : user ? 587 : 25),
    // A password does not cross the network in the clear.
    requireTLS: user !== "" && !secure && !loopback.test(host),
    ...(user ? { auth: { user, pass: decodeURIComponent(url.password) } } : {}),
  };
}

interface SmtpFault {
  message: string;
  code?: string;
  responseCode?: number;
  /** The command that the server refused. */
  command?: string;
}

/** What a fault means. A refused recipient is told by the answer to RCPT TO; a refused login is the operator's to mend, and then goes. */
function judge(fault: SmtpFault, handedOver: boolean): MailError {
  const { code, responseCode, command } = fault;
  const message = fault.message.split("\n")[0] ?? "";
  if (responseCode === undefined) return new MailError(message, "later", handedOver);
  if (responseCode < 500 || code === "EAUTH") return new MailError(message, "later");
  return new MailError(message, command === "RCPT TO" ? "address" : "message");
}

/** Delivers by SMTP, over at most two connections that are kept for a while. */
export function smtpTransport(smtpUrl: string): Carrier {
  const transporter = createTransport({
    pool: true,
    ...parseSmtpUrl(smtpUrl),
    maxConnections: 2,
    maxMessages: 100,
    connectionTimeout: 15 * seconds,
    greetingTimeout: 15 * seconds,
    socketTimeout: 60 * seconds,
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    kind: "smtp",
    async carry({ from, to, raw }: WireMessage): Promise<void> {
      let handedOver = false;
      const body = Readable.from([raw]).on("end", () => {
        handedOver = true;
      });
      try {
        await transporter.sendMail({ envelope: { from, to: [to] }, raw: body });
      } catch (error) {
        throw judge(error as SmtpFault, handedOver);
      }
    },
    close: () => transporter.close(),
  };
}
