import type { WireMessage } from "./message.ts";

/** Why a message was not delivered. */
export class MailError extends Error {
  override readonly name = "MailError";
  /** `address`: the server knows no such recipient, now or later. `message`: it will never take this message. `later`: trying again may help. */
  readonly reason: "address" | "message" | "later";
  /** The end of the message was sent and no answer came: the server may have delivered it. */
  readonly uncertain: boolean;
  constructor(message: string, reason: MailError["reason"], uncertain = false) {
    super(message);
    this.reason = reason;
    this.uncertain = uncertain;
  }
}

/** What a transport of one kind does with a message that is set. */
export interface Carrier {
  /** `folder`: messages are files of the data folder, and nobody gets them. */
  readonly kind: "smtp" | "folder";
  /** `handing` is waited for before the last bytes go; when it rejects, they do not. */
  carry(message: WireMessage, handing?: () => Promise<void>): Promise<void>;
  close(): void;
}
