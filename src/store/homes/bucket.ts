import { createHash, randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { XMLParser } from "fast-xml-parser";
import { BadInput } from "../../kit/errors.ts";
import { type ByteRange, checkPlace, type FileHome, MissingFile } from "./home.ts";

export interface BucketOptions {
  bucket: string;
  /** Stands before every place: "" or a path without a slash at its ends. */
  prefix: string;
  region: string;
  /** Of a service other than AWS's own. */
  endpoint?: URL | undefined;
  /** The bucket is named in the path, not in the host. */
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  /** How often a request that failed on the way, or for the server's sake, is made again; 5 without. */
  retries?: number;
  /** Before the first of these, twice as long before each further one; 200 without. */
  pauseMs?: number;
}

/** One request, whole: the largest file is 64 MB. */
const requestMs = 120_000;
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What a service answers when it refuses. */
class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Asked {
  /** Within the bucket; "" is the bucket itself. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
}

interface Listed {
  ListBucketResult?: { Contents?: { Key: string }[]; NextContinuationToken?: string };
}

/** Files in a bucket of an S3-compatible service. */
export class BucketHome implements FileHome {
  readonly name: string;
  readonly #options: BucketOptions;
  readonly #signer: AwsClient;
  readonly #root: URL;

  constructor(options: BucketOptions) {
    const { bucket, prefix, region, endpoint, pathStyle, accessKeyId, secretAccessKey, sessionToken } = options;
    this.name = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
    this.#options = options;
    this.#signer = new AwsClient({
      ...{ accessKeyId, secretAccessKey, region },
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...{ service: "s3", retries: 0 },
    });
    this.#root = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    if (pathStyle) this.#root.pathname = `${this.#root.pathname.replace(/\/$/, "")}/${bucket}`;
    else this.#root.host = `${bucket}.${this.#root.host}`;
  }

  /** Keeps a small file for a moment. */
  async check(): Promise<void> {
    const place = `check/${randomBytes(6).toString("hex")}`;
    try {
      await this.put(place, new TextEncoder().encode("livepapers"), "text/plain");
      for await (const _ of this.read(place));
      await this.delete(place);
    } catch (error) {
      const why = error instanceof Error ? messageOf(error) : String(error);
      throw new BadInput(`files cannot be kept in this bucket: ${why}`, {
        where: `LIVEPAPERS_FILES (${this.name})`,
        remedy: "Check the bucket, the region, the endpoint, and that the key may read, write and delete.",
      });
    }
  }

  /** The service keeps it only when all of it came: the hash of the bytes is in what is signed. */
  async put(place: string, bytes: Uint8Array, mediaType: string): Promise<void> {
    const body = new Uint8Array(bytes); // a copy whose buffer is its own
    const headers = { "Content-Type": mediaType, "X-Amz-Content-Sha256": sha256(body) };
    await settled(await this.#ask("PUT", { key: this.#keyOf(place), headers, body }));
  }

  /** When the connection is lost, the rest is asked for again. */
  async *read(place: string, { start, end }: ByteRange = { start: 0 }): AsyncGenerator<Uint8Array> {
    let at = start;
    let etag: string | null = null;
    for (let failures = 0; end === undefined || at < end; ) {
      const whole = at === 0 && end === undefined;
      const headers = {
        ...(whole ? {} : { Range: `bytes=${at}-${end === undefined ? "" : end - 1}` }),
        ...(etag === null ? {} : { "If-Match": etag }),
      };
      let response: Response;
      try {
        response = await this.#ask("GET", { key: this.#keyOf(place), headers });
      } catch (error) {
        if (error instanceof Refused && error.status === 404) throw new MissingFile(place, this.name);
        if (error instanceof Refused && error.status === 416) return; // it ends before
        throw error;
      }
      if (!whole && response.status !== 206) throw new Error(`${this.name} does not answer with a part of a file`);
      etag ??= response.headers.get("etag");
      const until = at + Number(response.headers.get("content-length") ?? Number.NaN);
      try {
        for await (const chunk of response.body ?? []) {
          at += chunk.byteLength;
          yield chunk;
        }
        if (Number.isNaN(until) || at === until) return;
        throw new Error(`${this.name} sent less than it said`);
      } catch (error) {
        failures += 1;
        if (failures > this.#retries) throw this.#away(error);
        await this.#pause(failures);
      }
    }
  }

  async delete(place: string): Promise<void> {
    try {
      await settled(await this.#ask("DELETE", { key: this.#keyOf(place) }));
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) throw error;
    }
  }

  async list(folder: string): Promise<string[]> {
    const prefix = `${this.#keyOf(folder)}/`;
    const parser = new XMLParser({ isArray: (name) => name === "Contents", parseTagValue: false });
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const query = { "list-type": "2", prefix, ...(token === undefined ? {} : { "continuation-token": token }) };
      const { ListBucketResult: page } = parser.parse(
        await (await this.#ask("GET", { key: "", query })).text(),
      ) as Listed;
      keys.push(...(page?.Contents ?? []).map(({ Key }) => Key));
      token = page?.NextContinuationToken;
    } while (token !== undefined);
    const before = this.#options.prefix === "" ? 0 : this.#options.prefix.length + 1;
    return keys.map((key) => key.slice(before)).sort();
  }

  get #retries(): number {
    return this.#options.retries ?? 5;
  }

  /** Without its cause, which could be taken for a database that is away. */
  #away(error: unknown): Error {
    return new Error(`${this.name} cannot be reached: ${error instanceof Error ? messageOf(error) : String(error)}`);
  }

  #pause(failures: number): Promise<void> {
    return setTimeout((this.#options.pauseMs ?? 200) * 2 ** (failures - 1) * (0.5 + Math.random() / 2));
  }

  #keyOf(place: string): string {
    const { prefix } = this.#options;
    return `${prefix === "" ? "" : `${prefix}/`}${checkPlace(place)}`;
  }

  /** A request and its answer's head; made again, signed anew, when it fails on the way or the service is not well. Throws `Refused`. */
  async #ask(method: string, { key, query = {}, headers = {}, body }: Asked): Promise<Response> {
    const url = new URL(this.#root);
    if (key !== "") url.pathname = `${url.pathname.replace(/\/$/, "")}/${key}`;
    url.search = new URLSearchParams(query).toString();
    for (let failures = 1; ; failures++) {
      let fault: Error;
      try {
        const signed = await this.#signer.sign(url, { method, headers, ...(body ? { body } : {}) });
        const response = await fetch(signed, { signal: AbortSignal.timeout(requestMs) });
        if (response.ok) return response;
        fault = new Refused(response.status, await refusal(response));
        if (!passing.has(response.status)) throw fault;
      } catch (error) {
        if (error instanceof Refused && !passing.has(error.status)) throw error;
        fault = error instanceof Error ? error : new Error(String(error));
      }
      if (failures > this.#retries) throw fault instanceof Refused ? fault : this.#away(fault);
      await this.#pause(failures);
    }
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Lets the connection be used again. */
async function settled(response: Response): Promise<void> {
  await response.body?.cancel();
}

/** The code and message of an error document, or the status alone. */
async function refusal(response: Response): Promise<string> {
  const text = (await response.text().catch(() => "")).slice(0, 4000);
  const [code, message] = ["Code", "Message"].map((name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]);
  return `status ${response.status}${code ? ` (${code}${message ? `: ${message}` : ""})` : ""}`;
}

/** The innermost cause: "fetch failed" says nothing. */
function messageOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
