import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { createTransport, type SendMailOptions } from "nodemailer";
import { BadInput } from "../kit/errors.ts";
import type { Carrier } from "./carrier.ts";
import { judge, type SmtpFault } from "./faults.ts";
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

/** Bytes given to the connection at a time: what one that is broken has taken by then is little. */
const pieceBytes = 16 << 10;

interface Sending extends SendMailOptions {
  /** The message, read when the server has asked for it. */
  body(): Readable;
}

/** Delivers by SMTP, over at most three connections that are kept for a while. */
export function smtpTransport(smtpUrl: string): Carrier {
  const transporter = createTransport({
    pool: true,
    ...parseSmtpUrl(smtpUrl),
    maxConnections: 3,
    maxMessages: 100,
    connectionTimeout: 15 * seconds,
    greetingTimeout: 15 * seconds,
    socketTimeout: 60 * seconds,
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  // nodemailer reads the message before it has a connection; this one is read after the server's 354, so that it is known how far it came.
  transporter.use("stream", (mail, done) => {
    mail.message.createReadStream = (mail.data as Sending).body; // put there by `carry`
    done();
  });
  return {
    kind: "smtp",
    async carry({ from, to, raw }: WireMessage, handing?: () => Promise<void>): Promise<void> {
      let handedOver = false;
      let broken = false;
      let handed: Promise<void> | undefined;
      async function* pieces(): AsyncGenerator<Buffer> {
        for (let at = 0; at < raw.length; at += pieceBytes) yield raw.subarray(at, at + pieceBytes);
        await setImmediate(); // a connection that is broken by now is told of first
        if (broken) return; // and then nothing is handed over, nor noted
        handed ??= handing?.();
        await handed;
        // Behind the last piece comes the dot by which the server takes the message.
        handedOver = !broken;
      }
      const sending: Sending = { envelope: { from, to: [to] }, raw, body: () => Readable.from(pieces()) };
      try {
        await transporter.sendMail(sending);
      } catch (error) {
        broken = true;
        await handed?.catch(() => {});
        throw judge(error as SmtpFault, handedOver);
      }
    },
    close: () => transporter.close(),
  };
}
