import { MailError } from "./carrier.ts";

/** What nodemailer tells of a delivery that failed. */
export interface SmtpFault {
  message: string;
  code?: string;
  responseCode?: number;
  /** What the server said, its code first. */
  response?: string;
  /** The command that the server refused. */
  command?: string;
}

/** A text without the mail addresses that servers repeat in their answers. */
export function withoutAddresses(text: string): string {
  return text.replace(/\S*(?:@|%40)\S*/gi, "(an address)");
}

/** The enhanced code of RFC 3463 in an answer such as "550 5.1.1 no such user". */
function enhancedCode(response: string | undefined): string | undefined {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? "")?.[1];
}

/**
 * What a permanent enhanced code says is at fault: a recipient who does not exist; us, whom policy (5.7.x, such as relaying) or our sender's address
 * (5.1.7 and 5.1.8, which some servers judge at the recipient) keeps out; or this one message.
 */
export function blameOf(enhanced: string): "address" | "us" | "message" {
  if (enhanced.startsWith("5.7.") || enhanced === "5.1.7" || enhanced === "5.1.8") return "us";
  return enhanced.startsWith("5.1.") ? "address" : "message";
}

/**
 * Why a server refused for good. Only a recipient that does not exist is held against the address: who does not let us in, does not relay for us or
 * dislikes our sender would refuse every subscriber, and is the operator's to mend while the mail waits.
 */
function reasonOf({ code, responseCode, response, command }: SmtpFault): MailError["reason"] {
  if (responseCode === undefined || responseCode < 500 || code === "EAUTH") return "later";
  const enhanced = enhancedCode(response);
  const blame = enhanced === undefined ? undefined : blameOf(enhanced);
  if (blame === "us") return "later";
  if (command === "DATA") return "message";
  if (command === "MAIL FROM") return responseCode === 552 ? "message" : "later"; // 552: it is too large
  if (command !== "RCPT TO") return "later";
  return blame ?? (responseCode === 550 ? "address" : "message");
}

/** What a fault means for the message. `handedOver`: its last bytes were sent. */
export function judge(fault: SmtpFault, handedOver: boolean): MailError {
  const message = withoutAddresses(fault.message.split("\n")[0] ?? "");
  return new MailError(message, reasonOf(fault), handedOver && fault.responseCode === undefined);
}
