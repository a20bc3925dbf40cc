import { join } from "node:path";
import type { Carrier } from "./carrier.ts";
import { folderTransport } from "./folder.ts";
import { composeMail, type MailMessage } from "./message.ts";
import { smtpTransport } from "./smtp.ts";

/** Where messages go. */
export interface MailTransport {
  readonly kind: Carrier["kind"];
  /** Delivers one message; rejects with `MailError`. `handing` is waited for before the message is out of our hands; when it rejects, it stays. */
  send(message: MailMessage, handing?: () => Promise<void>): Promise<void>;
  close(): void;
}

export interface MailOptions {
  /** `smtp://user:password@host:port` or `smtps://…`; without, messages go to the folder `mail` of the data folder. */
  smtpUrl?: string | undefined;
  dataDir: string;
  /** The sender, e.g. "livepapers <papers@example.org>". */
  from: string;
}

/** Where messages become files. */
export function mailFolder(dataDir: string): string {
  return join(dataDir, "mail");
}

/** Opens the transport of this site. Throws `BadInput` for an `smtpUrl` that is none. */
export function openMail({ smtpUrl, dataDir, from }: MailOptions): MailTransport {
  const carrier = smtpUrl ? smtpTransport(smtpUrl) : folderTransport(mailFolder(dataDir));
  return {
    kind: carrier.kind,
    send: async (message, handing) => carrier.carry(await composeMail(message, from), handing),
    close: () => carrier.close(),
  };
}
