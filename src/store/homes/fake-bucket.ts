import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with the next request: an answer of the service, or the connection, which ends after so many bytes of the answer's body. */
export type Fault = { status: number } | { dropAfter: number } | { dropRequest: true };

/**
 * A bucket for tests, in memory. It checks each request's signature (version 4, by the published algorithm and not by the client's code), its age, and that
 * the body has the hash that was signed; it answers ranges, `If-Match` and lists by pages of two. It knows one key, no rights, no uploads in parts, and no
 * session tokens.
 */
export interface FakeBucket {
  endpoint: URL;
  objects: Map<string, Uint8Array>;
  /** Taken from the front, one a request. */
  faults: Fault[];
  /** Method, path and range of every request. */
  asked: string[];
  close(): Promise<void>;
}

export const fakeKeys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a secret for tests" };

const hash = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const mac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature that the request should have; "" when it has none of the form expected. */
function signatureOf(request: IncomingMessage, url: URL): { given: string; right: string } {
  const { authorization = "" } = request.headers;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/;
  const [, key, day = "", region = "", signed = "", given = ""] = form.exec(authorization) ?? [];
  const time = String(request.headers["x-amz-date"]);
  if (
    key !== fakeKeys.accessKeyId ||
    !time.startsWith(day) ||
    !/\bhost\b.*\bx-amz-content-sha256\b.*\bx-amz-date\b/.test(signed)
  ) {
    return { given: "none", right: "" };
  }
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const headers = signed
    .split(";")
    .map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`)
    .join("");
  const payload = String(request.headers["x-amz-content-sha256"]);
  const canonical = [request.method, url.pathname, query, headers, signed, payload].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n");
  let signing = mac(`AWS4${fakeKeys.secretAccessKey}`, day);
  for (const part of [region, "s3", "aws4_request"]) signing = mac(signing, part);
  return { given, right: mac(signing, toSign).toString("hex") };
}

function isFresh(time: string): boolean {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? [];
  return Math.abs(Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) - Date.now()) < 15 * 60_000;
}

function refuse(response: ServerResponse, status: number, code: string): unknown {
  response.writeHead(status, { "Content-Type": "application/xml" });
  return response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
}

function list(objects: FakeBucket["objects"], query: URLSearchParams): string {
  const after = query.get("continuation-token") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after).sort();
  const page = keys.slice(0, 2);
  const next = keys.length > 2 ? `<NextContinuationToken>${page[1]}</NextContinuationToken>` : "";
  return `<ListBucketResult>${page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}${next}</ListBucketResult>`;
}

function get(
  bytes: Uint8Array | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): unknown {
  if (!bytes) return refuse(response, 404, "NoSuchKey");
  const etag = `"${hash(bytes)}"`;
  if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== etag) {
    return refuse(response, 412, "PreconditionFailed");
  }
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  if (first !== undefined && Number(first) >= bytes.byteLength) return refuse(response, 416, "InvalidRange");
  const body = first === undefined ? bytes : bytes.subarray(Number(first), last ? Number(last) + 1 : undefined);
  response.writeHead(first === undefined ? 200 : 206, { ETag: etag, "Content-Length": body.byteLength });
  if (!fault || !("dropAfter" in fault)) return response.end(body);
  return response.write(body.subarray(0, fault.dropAfter), () => setTimeout(() => response.destroy(), 20));
}

export async function fakeBucket(bucket = "papers"): Promise<FakeBucket> {
  const objects: FakeBucket["objects"] = new Map();
  const faults: Fault[] = [];
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const url = new URL(request.url ?? "/", "http://bucket");
    asked.push([request.method, url.pathname, request.headers.range].filter(Boolean).join(" "));
    const fault = faults.shift();
    if (fault && "dropRequest" in fault) return request.socket.destroy();
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks);
    if (fault && "status" in fault)
      return refuse(response, fault.status, fault.status === 503 ? "SlowDown" : "AccessDenied");
    const { given, right } = signatureOf(request, url);
    if (given !== right) return refuse(response, 403, "SignatureDoesNotMatch");
    if (!isFresh(String(request.headers["x-amz-date"]))) return refuse(response, 403, "RequestTimeTooSkewed");
    const [, name, key = ""] = /^\/([^/]+)(?:\/(.*))?$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (name !== bucket) return refuse(response, 404, "NoSuchBucket");
    if (request.method === "PUT") {
      if (request.headers["x-amz-content-sha256"] !== hash(body))
        return refuse(response, 400, "XAmzContentSHA256Mismatch");
      objects.set(key, new Uint8Array(body));
      return response.end();
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return response.writeHead(204).end();
    }
    if (key === "") return response.end(list(objects, url.searchParams));
    return get(objects.get(key), request, response, fault);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return {
    endpoint: new URL(`http://127.0.0.1:${port}`),
    ...{ objects, faults, asked },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
