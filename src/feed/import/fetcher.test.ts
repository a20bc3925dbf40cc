import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImportFailed } from "./failures.ts";
import { retryAfter } from "./fetcher.ts";
import { isPublic, publicReach } from "./safe-get.ts";
import { type FakeSource, fakeSource, reachOf, testFetcher } from "./testing.ts";

const sources: FakeSource[] = [];
let source: FakeSource;
let inside: FakeSource;

beforeAll(async () => {
  source = await fakeSource();
  inside = await fakeSource((_url, response) => response.end("secret"));
  sources.push(source, inside);
});
afterAll(() => Promise.all(sources.map((each) => each.close())));

const text = ({ bytes }: { bytes: Uint8Array }): string => new TextDecoder().decode(bytes);

describe("asking politely", () => {
  it("leaves three seconds between requests", async () => {
    let now = 0;
    const { fetcher, waits } = testFetcher([source], { now: () => now });
    source.answer = (_url, response) => response.end("ok");
    expect(await fetcher.get(source.url, text)).toBe("ok");
    now += 1000;
    await fetcher.get(source.url, text);
    now += 5000;
    await fetcher.get(source.url, text);
    expect(waits).toEqual([2000]);
  });

  it("waits as long as a busy server says, and longer each time when it does not", async () => {
    let now = 0;
    const { fetcher, waits } = testFetcher([source], { pauseMs: 0, now: () => now++ });
    const answers: [number, string?][] = [[503, "7"], [429], [500], [200]];
    source.answer = (_url, response) => {
      const [status = 200, after] = answers.shift() ?? [];
      response.writeHead(status, after === undefined ? {} : { "Retry-After": after });
      response.end("done");
    };
    expect(await fetcher.get(source.url, text)).toBe("done");
    expect(waits).toEqual([7000, 0, 0]);
    const slow = testFetcher([source], { pauseMs: 3000, now: () => 0, attempts: 3 });
    source.answer = (_url, response) => response.writeHead(503).end();
    await expect(slow.fetcher.get(source.url, text)).rejects.toThrow(/answers 503, 3 times in a row\./);
    expect(slow.waits).toEqual([3000, 3000, 6000, 3000]);
  });

  it("gives up when it is asked to wait for too long, or is told no", async () => {
    const { fetcher, waits } = testFetcher([source]);
    source.answer = (_url, response) => response.writeHead(503, { "Retry-After": "7200" }).end();
    await expect(fetcher.get(source.url, text)).rejects.toThrow("asks to come back in 120 minutes");
    source.answer = (_url, response) => response.writeHead(403).end();
    await expect(fetcher.get(source.url, text)).rejects.toThrow(ImportFailed);
    expect(waits.length).toBeLessThanOrEqual(1);
  });

  it("reads both forms of Retry-After", () => {
    const now = Date.UTC(2026, 0, 1);
    expect(retryAfter("120", now)).toBe(120_000);
    expect(retryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now)).toBe(60_000);
    expect(retryAfter("Wed, 31 Dec 2025 00:01:00 GMT", now)).toBe(0);
    expect(retryAfter("soon", now)).toBeUndefined();
    expect(retryAfter(undefined, now)).toBeUndefined();
  });

  it("asks again when an answer is slow or breaks off", async () => {
    const { fetcher } = testFetcher([source]);
    let asked = 0;
    source.answer = (_url, response) => {
      asked++;
      response.writeHead(200, { "Content-Length": "10" });
      response.write("0123");
      if (asked === 2) response.destroy();
      if (asked === 3) response.end("456789");
    };
    expect(await fetcher.get(source.url, text)).toBe("0123456789");
    expect(asked).toBe(3);
  });

  it("gives up on a body that drips for ever", async () => {
    const { fetcher } = testFetcher([source], { attempts: 1, limits: { idleMs: 300, totalMs: 600 } });
    source.answer = (_url, response) => {
      const timer = setInterval(() => response.write("."), 50);
      response.on("close", () => clearInterval(timer));
    };
    await expect(fetcher.get(source.url, text)).rejects.toThrow("did not answer in full within 0.6 s");
  });

  it("refuses an answer that is too large, or compressed", async () => {
    const { fetcher } = testFetcher([source], { limits: { maxBytes: 1000, idleMs: 300, totalMs: 1500 } });
    source.answer = (_url, response) => response.end("x".repeat(1001));
    await expect(fetcher.get(source.url, text)).rejects.toThrow("larger than the limit");
    source.answer = (_url, response) => response.writeHead(200, { "Content-Encoding": "gzip" }).end("x");
    await expect(fetcher.get(source.url, text)).rejects.toThrow("compressed");
  });

  it("stops at once when it is told to", async () => {
    const { fetcher } = testFetcher([source]);
    const stop = new AbortController();
    source.answer = () => stop.abort();
    await expect(fetcher.get(source.url, text, stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("what may be reached", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "not an address",
  ])("%s is not public", (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it("public addresses are, by https only", () => {
    expect(isPublic("151.101.3.42")).toBe(true);
    expect(isPublic("2a04:4e42::42")).toBe(true);
    expect(publicReach.mayReach("151.101.3.42", 443)).toBe(true);
    expect(publicReach.mayReach("151.101.3.42", 22)).toBe(false);
    expect(publicReach.protocols).toEqual(["https:"]);
  });

  it.each([
    ["another port of this machine", () => inside.url],
    ["this machine by name", () => inside.url.replace("127.0.0.1", "localhost")],
    ["this machine in another writing", () => inside.url.replace("127.0.0.1", "2130706433")],
    ["this machine by IPv6", () => inside.url.replace("127.0.0.1", "[::1]")],
    ["this machine by mapped IPv6", () => inside.url.replace("127.0.0.1", "[::ffff:127.0.0.1]")],
    ["a cloud's metadata", () => "http://169.254.169.254/latest/meta-data/"],
    ["a private network", () => "http://10.0.0.7/"],
    ["a file", () => "file:///etc/passwd"],
    ["another protocol", () => "gopher://127.0.0.1/"],
  ])("does not follow a redirect to %s", async (_what, target) => {
    const { fetcher } = testFetcher([source]);
    source.answer = (_url, response) => response.writeHead(302, { Location: target() }).end();
    const before = inside.asked.length;
    await expect(fetcher.get(source.url, text)).rejects.toThrow(/is not on the public internet|is not asked/);
    expect(inside.asked).toHaveLength(before);
  });

  it("follows a redirect within what may be reached, and not in circles", async () => {
    const { fetcher } = testFetcher([source]);
    source.answer = (url, response) => {
      if (url.pathname === "/there") response.end("here");
      else response.writeHead(301, { Location: url.pathname === "/" ? "/there" : url.pathname }).end();
    };
    expect(await fetcher.get(`${source.url}/`, text)).toBe("here");
    await expect(fetcher.get(`${source.url}/circle`, text)).rejects.toThrow("redirects more than 5 times");
  });

  it("asks about the address a name stands for, and uses that very one", async () => {
    const reach = reachOf(source);
    let resolved = 0;
    const { fetcher } = testFetcher([], {
      attempts: 1,
      reach: { ...reach, resolve: async () => [{ address: ++resolved === 1 ? "10.0.0.1" : "127.0.0.1", family: 4 }] },
    });
    source.answer = (_url, response) => response.end("ok");
    await expect(fetcher.get(`http://papers.example:${source.port}/`, text)).rejects.toThrow(
      "not on the public internet",
    );
    expect(await fetcher.get(`http://papers.example:${source.port}/`, text)).toBe("ok");
    expect(resolved).toBe(2);
  });

  it("as it is by default, reaches nothing of this machine", async () => {
    const { fetcher } = testFetcher([], { reach: publicReach });
    for (const url of [source.url, `https://127.0.0.1:${source.port}/`, "https://localhost/", "https://[::1]/"]) {
      await expect(fetcher.get(url, text)).rejects.toThrow(ImportFailed);
    }
  });
});
