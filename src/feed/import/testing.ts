import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { openStore, type Store } from "../../store/store.ts";
import { freshDataDir } from "../../store/testing.ts";
import { Fetcher, type FetcherOptions } from "./fetcher.ts";
import type { Reach } from "./safe-get.ts";
import type { ImportContext } from "./take-in.ts";

type Handler = (url: URL, response: ServerResponse, request: IncomingMessage) => void;

/** A server on this machine that plays a source and its faults. */
export interface FakeSource {
  url: string;
  port: number;
  /** Requests so far. */
  asked: URL[];
  answer: Handler;
  close(): Promise<void>;
}

export async function fakeSource(answer: Handler = (_url, response) => response.end()): Promise<FakeSource> {
  const asked: URL[] = [];
  const source: FakeSource = { url: "", port: 0, asked, answer, close: async () => {} };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", source.url);
    asked.push(url);
    source.answer(url, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  source.port = port;
  source.url = `http://127.0.0.1:${port}`;
  source.close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return source;
}

/** Reaches these sources of a test and nothing else. */
export function reachOf(...sources: readonly FakeSource[]): Reach {
  return {
    protocols: ["http:"],
    mayReach: (address, port) => address === "127.0.0.1" && sources.some((source) => source.port === port),
    resolve: async () => [{ address: "127.0.0.1", family: 4 }],
  };
}

/** A fetcher for tests: it notes how long it would wait and does not. */
export function testFetcher(
  sources: readonly FakeSource[],
  options: FetcherOptions = {},
): { fetcher: Fetcher; waits: number[] } {
  const waits: number[] = [];
  const fetcher = new Fetcher({
    reach: reachOf(...sources),
    limits: { idleMs: 300, totalMs: 1500 },
    sleep: async (ms) => {
      waits.push(Math.round(ms));
    },
    ...options,
  });
  return { fetcher, waits };
}

export interface FakePaper {
  id: string;
  title?: string;
  abstract?: string;
  published?: string;
  author?: string;
}

function entryXml({ id, title, abstract, published, author }: FakePaper): string {
  return `<entry>
    <id>http://arxiv.org/abs/${id}</id>
    <updated>${published ?? "2026-01-02T00:00:00Z"}</updated>
    <published>${published ?? "2026-01-02T00:00:00Z"}</published>
    <title>${title ?? `Paper ${id}`}</title>
    <summary>  ${abstract ?? "We merge\n  models."}</summary>
    <author><name>${author ?? "Ada Lovelace"}</name></author>
    <author><name>Jos&#233; Gro&#xdf;</name></author>
    <link href="http://arxiv.org/abs/${id}" rel="alternate" type="text/html"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.LG"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="68T05; 62H30" scheme="http://arxiv.org/schemas/atom"/>
  </entry>`;
}

/** A page of the arXiv API. */
export function atomPage(papers: readonly FakePaper[], total = papers.length, start = 0): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="html">ArXiv Query</title>
  <id>http://arxiv.org/api/x</id>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">${total}</opensearch:totalResults>
  <opensearch:startIndex xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">${start}</opensearch:startIndex>
  ${papers.map(entryXml).join("\n")}
</feed>`;
}

/** A store and a source for the tests of a file, and what their imports left out. */
export function testImports(now: Date) {
  let folder = "";
  let store: Store | undefined;
  let source: FakeSource | undefined;
  let skipped: string[] = [];
  const ready = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the test has not begun");
    return value;
  };
  beforeAll(async () => {
    folder = await freshDataDir();
    store = await openStore({ dataDir: folder });
  }, 120_000);
  afterAll(async () => {
    await store?.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    skipped = [];
    source = await fakeSource();
  });
  afterEach(() => source?.close());
  return {
    db: () => ready(store).db,
    source: () => ready(source),
    skipped: () => skipped,
    context: (more: Partial<ImportContext> = {}): ImportContext => ({
      db: ready(store).db,
      now: () => now,
      onSkip: (where, why) => skipped.push(`${where}: ${why}`),
      ...more,
    }),
  };
}
