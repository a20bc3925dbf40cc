import { simpleParser } from "mailparser";
import { blameOf } from "./faults.ts";

/** What a delivery status notification says. */
export interface Bounce {
  /** The addresses that it was sent to, in lower case. */
  to: string[];
  /** What the failure is held against; undefined when nothing failed, as when a message is only late. */
  blame: ReturnType<typeof blameOf> | undefined;
}

type Fields = ReadonlyMap<string, string>;

/** The groups of fields of a delivery status (RFC 3464): of the message, and of each recipient. The parser has them behind the words for people. */
function groupsOf(status: string): Fields[] {
  const unfolded = status.replace(/\r\n/g, "\n").replace(/\n[ \t]+/g, " ");
  return unfolded.split(/\n{2,}/).map((group) => {
    const fields = [...group.matchAll(/^([\w-]+):[ \t]*(.*)$/gm)];
    return new Map(fields.map(([, name = "", value = ""]) => [name.toLowerCase(), value.trim()]));
  });
}

function blameIn(fields: Fields): Bounce["blame"] {
  if (fields.get("action")?.toLowerCase() !== "failed") return undefined;
  const status = /^\d\.\d{1,3}\.\d{1,3}/.exec(fields.get("status") ?? "")?.[0] ?? "";
  // Some servers say 5.0.0 of everything, and the reason only in words of the other server.
  const told = /\b5\.\d{1,3}\.\d{1,3}\b/.exec(fields.get("diagnostic-code") ?? "")?.[0];
  return blameOf(status === "5.0.0" ? (told ?? status) : status);
}

/** Reads a delivery status notification; undefined for any other message. */
export async function readBounce(raw: Buffer): Promise<Bounce | undefined> {
  const parsed = await simpleParser(raw);
  const kind = parsed.headerLines.find(({ key }) => key === "content-type")?.line ?? "";
  if (!/multipart\/report[\s\S]*report-type="?delivery-status/i.test(kind)) return undefined;
  const lines = parsed.headerLines.filter(({ key }) => /^(?:to|delivered-to|x-original-to|envelope-to)$/.test(key));
  const to = lines.flatMap(({ line }) => line.toLowerCase().match(/[^\s<>,;:"]+@[^\s<>,;:"]+/g) ?? []);
  const blames = groupsOf(parsed.text ?? "").map(blameIn);
  return { to, blame: blames.find((blame) => blame !== undefined) };
}
