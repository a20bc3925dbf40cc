import { type Command, Option } from "commander";
import { type Client, client } from "../../api/client.ts";
import type { Operation } from "../../api/openapi.ts";
import { BadInput } from "../../kit/errors.ts";
import { version } from "../../runs/about.ts";
import type { Cli } from "../context.ts";
import { Fault } from "../outcome.ts";
import { clean } from "./clean.ts";
import { faultOf } from "./faults.ts";

/** A livepapers server that was found to be one. */
export interface Site {
  client: Client;
  /** Its address, as "http://papers.example.org"; where the one that was given leads elsewhere, that other. */
  url: string;
}

/** How long a server may take to say what it is. */
const greetingMs = 15_000;

/** The operations a command needs, by method and path. */
export type Needs = readonly `${Operation["method"]} ${string}`[];

/** Lets a command work at a server. */
export function addServer(command: Command): void {
  command
    .addOption(
      new Option("--server <url>", "work at this livepapers server instead of here; default LIVEPAPERS_SERVER"),
    )
    .addOption(new Option("--no-server", "work here, whatever LIVEPAPERS_SERVER says").hideHelp());
}

/** The server a command is to work at, once it has said that it is one; undefined for this machine. */
export async function siteOf(cli: Cli, command: Command, needs: Needs): Promise<Site | undefined> {
  const { server } = command.opts<{ server?: string | false }>();
  if (server === false) return undefined;
  const given = server ?? cli.env.LIVEPAPERS_SERVER;
  if (given === undefined || (server === undefined && given.trim() === "")) return undefined;
  const url = await greet(addressOf(given, server === undefined ? "LIVEPAPERS_SERVER" : "--server"), needs, cli.signal);
  return { client: client(url), url };
}

function addressOf(text: string, where: string): string {
  const trimmed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "" && url.username === "") return url.origin;
  throw new BadInput(`"${clean(trimmed.slice(0, 80))}" is no address of a server`, {
    where,
    remedy: "One is http://localhost:4000 or https://papers.example.org.",
  });
}

interface Greeting {
  /** Where it answered from. */
  url: string;
  description: Description | undefined;
}

interface Description {
  info?: { title?: unknown; version?: unknown };
  paths?: Record<string, Record<string, unknown>>;
}

/**
 * Asks a server what it is; resolves with its address, after redirections: a post would not survive them. Throws when it cannot be reached, is something else,
 * or lacks what is needed.
 */
async function greet(asked: string, needs: Needs, signal: AbortSignal): Promise<string> {
  const { url, description } = await describe(asked, signal).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw faultOf(error, asked);
  });
  if (asked.startsWith("https:") && !url.startsWith("https:")) {
    throw new Fault(
      `${asked} leads to ${url}, where what is sent can be read on the way. Name that address if you mean it.`,
    );
  }
  if (description?.info?.title !== "livepapers") {
    throw new Fault(`${url} is no livepapers server, or one from before there was an API.`);
  }
  const missing = needs.find((need) => {
    const [method = "", path = ""] = need.split(" ");
    return description.paths?.[path]?.[method] === undefined;
  });
  if (missing === undefined) return url;
  const theirs = clean(String(description.info.version ?? "of an unknown version")).slice(0, 40);
  throw new Fault(
    `${url} is livepapers ${theirs}, whose API has no "${missing}"; this is livepapers ${version()}. Bring the server up to date.`,
  );
}

/** The server's own description of its API. */
async function describe(url: string, signal: AbortSignal): Promise<Greeting> {
  const response = await fetch(`${url}/api/v1/openapi.json`, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(greetingMs)]),
  });
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    throw new Fault(await troubleOf(url, response));
  }
  const text = await response.text();
  const at = response.url === "" ? url : new URL(response.url).origin;
  return { url: at, description: response.ok ? parsed(text) : undefined };
}

function parsed(text: string): Description | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Description) : undefined;
  } catch {
    return undefined;
  }
}

async function troubleOf(url: string, { status, headers }: Response): Promise<string> {
  const after = headers.get("retry-after");
  const wait = after !== null && /^\d{1,6}$/.test(after) ? ` Try again in ${after} s.` : "";
  const what = status === 429 ? "takes no more requests from here for now" : `is in trouble (status ${status})`;
  return `${url} ${what}.${wait}`;
}
