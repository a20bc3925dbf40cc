import { z } from "zod";
import { parseSchedule, type ScheduledImport } from "../feed/import/job.ts";
import { BadInput } from "../kit/errors.ts";

/** How many runs one reader may have, and how large they may be. */
export interface RunAllowance {
  /** Waiting or running at a time. */
  open: number;
  perDay: number;
  timeMs: number;
  memoryMb: number;
  /** Of all files given to a run. */
  uploadBytes: number;
}

/** What the operator says by environment variables; docs/operations.md has the table. */
export interface Settings {
  /** Where readers reach the site, e.g. https://papers.example.org; the server's own address without. */
  publicUrl: URL | undefined;
  secret: string | undefined;
  /** Addresses of administrators, in lower case. */
  admins: ReadonlySet<string>;
  /** How many proxies stand in front and may say where a request comes from. */
  proxies: number;
  /** What is imported every day; undefined when nothing is said. */
  imports: ScheduledImport[] | undefined;
  smtpUrl: string | undefined;
  /** The sender of mail; one at the site's own host without. */
  mailFrom: string | undefined;
  /** Where digests that cannot be delivered are reported; nowhere that is read without. */
  bounces: string | undefined;
  /** Lets whoever has it read /metrics from another machine. */
  metricsToken: string | undefined;
  /** Requests to the API that an address or account may make in a minute; 0 is any number. */
  apiPerMinute: number;
  /** Sign-in mails that one address may ask for in a quarter of an hour. */
  signInMails: number;
  /** For readers who are not signed in, by address. */
  visitorRuns: RunAllowance;
  /** For readers who are, by account. */
  accountRuns: RunAllowance;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const minuteMs = 60_000;
const largestUploadMb = 64;

/** Whether readers reach the site by https. */
export function isSecure({ publicUrl }: Pick<Settings, "publicUrl">): boolean {
  return publicUrl?.protocol === "https:";
}

/** An e-mail address as it is compared and stored: trimmed, in lower case; undefined for what is none. */
export function mailAddress(text: string): string | undefined {
  const parsed = z.email().max(254).safeParse(text.trim().toLowerCase());
  return parsed.success ? parsed.data : undefined;
}

/** Reads the settings; throws `BadInput` that names the variable. */
export function settingsOf(env: Environment): Settings {
  return {
    publicUrl: urlOf(env.LIVEPAPERS_URL),
    secret: env.LIVEPAPERS_SECRET,
    admins: adminsOf(env.LIVEPAPERS_ADMIN),
    proxies: wholeNumber(env, "LIVEPAPERS_PROXIES", 0, 10),
    imports: env.LIVEPAPERS_IMPORT ? parseSchedule(env.LIVEPAPERS_IMPORT) : undefined,
    smtpUrl: env.SMTP_URL || undefined,
    mailFrom: senderOf(env.LIVEPAPERS_MAIL_FROM),
    bounces: bouncesOf(env.LIVEPAPERS_BOUNCES),
    metricsToken: tokenOf(env.LIVEPAPERS_METRICS_TOKEN),
    apiPerMinute: wholeNumber(env, "LIVEPAPERS_API_PER_MINUTE", 1200, 1_000_000),
    signInMails: wholeNumber(env, "LIVEPAPERS_SIGN_IN_MAILS", 10, 1_000_000),
    visitorRuns: {
      open: wholeNumber(env, "LIVEPAPERS_VISITOR_RUNS", 4, 10_000),
      perDay: wholeNumber(env, "LIVEPAPERS_VISITOR_RUNS_PER_DAY", 100, 1_000_000),
      timeMs: wholeNumber(env, "LIVEPAPERS_VISITOR_MINUTES", 15, 1440) * minuteMs,
      memoryMb: wholeNumber(env, "LIVEPAPERS_VISITOR_MEMORY_MB", 1024, 1 << 20),
      uploadBytes: wholeNumber(env, "LIVEPAPERS_VISITOR_UPLOAD_MB", 16, largestUploadMb) << 20,
    },
    accountRuns: {
      open: wholeNumber(env, "LIVEPAPERS_ACCOUNT_RUNS", 12, 10_000),
      perDay: wholeNumber(env, "LIVEPAPERS_ACCOUNT_RUNS_PER_DAY", 500, 1_000_000),
      timeMs: 30 * minuteMs,
      memoryMb: 1024,
      uploadBytes: largestUploadMb << 20,
    },
  };
}

function urlOf(text: string | undefined): URL | undefined {
  if (text === undefined || text === "") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "" && url.username === "") {
    return url;
  }
  throw new BadInput("this is not the address of a site, such as https://papers.example.org", {
    where: "LIVEPAPERS_URL",
  });
}

function adminsOf(text: string | undefined): ReadonlySet<string> {
  const given = (text ?? "").split(",").filter((address) => address.trim() !== "");
  return new Set(
    given.map((address) => {
      const known = mailAddress(address);
      if (known) return known;
      throw new BadInput(`"${address.trim().slice(0, 60)}" is not a mail address`, { where: "LIVEPAPERS_ADMIN" });
    }),
  );
}

function senderOf(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const [, name, inner] = /^([^<>"\r\n]*)<([^<>]+)>\s*$/.exec(text) ?? [];
  if (mailAddress(inner ?? text)) return inner === undefined ? text.trim() : `${(name ?? "").trim()} <${inner.trim()}>`;
  throw new BadInput("this is not a sender such as livepapers <papers@example.org>", { where: "LIVEPAPERS_MAIL_FROM" });
}

/** The part before the @ has room for 64 characters, 36 of which are what is put behind it. */
function bouncesOf(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const address = mailAddress(text);
  if (address && /^[^+@]{1,28}@/.test(address)) return address;
  throw new BadInput(
    "this is not an address such as bounces@papers.example.org, with at most 28 characters and no + before the @",
    {
      where: "LIVEPAPERS_BOUNCES",
    },
  );
}

export function tokenOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^\S{16,}$/.test(text)) return text;
  throw new BadInput("a token has 16 characters or more and no spaces", { where: "LIVEPAPERS_METRICS_TOKEN" });
}

/** A whole number from 0 to `most`; `fallback` when the variable is not set. */
export function wholeNumber(env: Environment, name: string, fallback: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new BadInput(`"${text.slice(0, 40)}" is not a whole number from 0 to ${most}`, { where: name });
}
