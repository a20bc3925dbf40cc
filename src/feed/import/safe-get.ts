import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { formatBytes } from "../../kit/files.ts";
import { ImportFailed, Passing } from "./failures.ts";

/** What a server answered, whole and with its redirects followed. */
export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  bytes: Uint8Array;
}

/** How the world outside is reached. Tests hand in their own; nothing of it can be set from outside the program. */
export interface Reach {
  protocols: readonly string[];
  /** Whether a connection to this address may be opened. It is asked about the very address that is then used. */
  mayReach(address: string, port: number): boolean;
  resolve(host: string): Promise<readonly { address: string; family: number }[]>;
}

export interface GetLimits {
  /** Of the body. */
  maxBytes: number;
  /** Without a byte. */
  idleMs: number;
  /** For all of it. */
  totalMs: number;
}

/** Addresses of the public internet only: nothing private, local, shared, reserved, or mapped into IPv6. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

export const publicReach: Reach = {
  protocols: ["https:"],
  mayReach: (address, port) => isPublic(address) && port === 443,
  resolve: (host) => lookup(host, { all: true }),
};

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Gets an address over the network. Every step of a redirect, and every address a name stands for, must be one that may be reached. Rejects with
 * `Passing` for what may come right, with `ImportFailed` for what will not.
 */
export async function safeGet(
  address: string,
  { reach, limits, signal }: { reach: Reach; limits: GetLimits; signal?: AbortSignal | undefined },
): Promise<Answer> {
  const deadline = AbortSignal.timeout(limits.totalMs);
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
  let url = new URL(address);
  try {
    for (let step = 0; step <= mostRedirects; step++) {
      const response = await open(url, reach, limits, either);
      const { statusCode: status = 0, headers } = response;
      if (!redirects.has(status) || headers.location === undefined) {
        return { status, headers, bytes: await bodyOf(response, url, limits) };
      }
      response.destroy();
      if (!URL.canParse(headers.location, url)) throw new ImportFailed(`${url.host} redirects to no address.`);
      url = new URL(headers.location, url);
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof ImportFailed || error instanceof Passing) throw error;
    if (deadline.aborted) throw new Passing(`${url.host} did not answer in full within ${limits.totalMs / 1000} s`);
    throw new Passing(`${url.host}: ${(error as Error).message || (error as { code?: string }).code}`);
  }
  throw new ImportFailed(`${new URL(address).host} redirects more than ${mostRedirects} times.`);
}

function refused(url: URL): ImportFailed {
  return new ImportFailed(`${url.host} is not on the public internet, and nothing is asked of it.`);
}

async function open(url: URL, reach: Reach, limits: GetLimits, signal: AbortSignal): Promise<IncomingMessage> {
  if (!reach.protocols.includes(url.protocol)) {
    throw new ImportFailed(`${url.protocol}//${url.host} is not asked: only ${reach.protocols.join(" ")} is.`);
  }
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) && !reach.mayReach(host, port)) throw refused(url);
  // The connection is made to what this gives, so that a name cannot mean one address here and another there.
  const resolve: LookupFunction = (name, options, done) => {
    reach.resolve(name).then(
      (all) => {
        const allowed = all.filter(({ address }) => reach.mayReach(address, port));
        const [first] = allowed;
        if (!first) done(refused(url), "");
        else if (options.all) done(null, [...allowed]);
        else done(null, first.address, first.family);
      },
      (error: Error) => done(error, ""),
    );
  };
  return new Promise((resolveTo, reject) => {
    const request = (secure ? secureRequest : plainRequest)(
      url,
      {
        lookup: resolve,
        agent: false,
        timeout: limits.idleMs,
        signal,
        headers: { "User-Agent": "livepapers (imports paper metadata)", "Accept-Encoding": "identity" },
      },
      resolveTo,
    );
    request.on("timeout", () => request.destroy(new Passing(`${url.host} said nothing for ${limits.idleMs / 1000} s`)));
    request.on("error", reject);
    request.end();
  });
}

async function bodyOf(response: IncomingMessage, url: URL, { maxBytes }: GetLimits): Promise<Uint8Array> {
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    response.destroy();
    throw new ImportFailed(`${url.host} answers compressed (${encoding}), which it was asked not to.`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      response.destroy();
      throw new ImportFailed(`The answer of ${url.host} is larger than the limit of ${formatBytes(maxBytes)}.`);
    }
    chunks.push(chunk);
  }
  if (!response.complete) throw new Passing(`${url.host} broke off its answer`);
  return Buffer.concat(chunks);
}
