import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isOutage } from "../outage.ts";
import { BucketHome, type BucketOptions } from "./bucket.ts";
import { type FakeBucket, fakeBucket, fakeKeys } from "./fake-bucket.ts";
import { FolderHome } from "./folder.ts";
import type { FileHome } from "./home.ts";
import { homeOf } from "./open.ts";

let folder: string;
let service: FakeBucket;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "livepapers-homes-"));
  service = await fakeBucket();
});
afterEach(() => {
  service.faults.length = 0;
  service.asked.length = 0;
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

const bucket = (more: Partial<BucketOptions> = {}) =>
  new BucketHome({
    ...{ bucket: "papers", prefix: "site/files", region: "eu-west-1", endpoint: service.endpoint, pathStyle: true },
    ...{ ...fakeKeys, retries: 3, pauseMs: 1, ...more },
  });
async function bytesOf(home: FileHome, place: string, range?: { start: number; end?: number }): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of home.read(place, range)) parts.push(part);
  return Buffer.concat(parts);
}
const large = randomBytes(1_500_000);
const isLarge = (bytes: Buffer) => bytes.equals(large);
const small = Buffer.from("0123456789");

describe.each([
  ["a folder", () => new FolderHome(join(folder, "own"))],
  ["a bucket", () => bucket()],
  ["a bucket without a prefix", () => bucket({ prefix: "" })],
])("%s", (_name, open) => {
  it("keeps files up to the byte, whole and in parts", async () => {
    const home = open();
    await home.check();
    await home.put("run1/out/0-a", small, "text/plain");
    await home.put("run1/in/0-b", large, "application/octet-stream");
    await home.put("run1/out/1-c", new Uint8Array(), "text/plain");
    await home.put("run10/out/0-d", small.subarray(2, 5), "text/plain");
    expect(await bytesOf(home, "run1/in/0-b")).toSatisfy(isLarge);
    expect(await bytesOf(home, "run1/out/1-c")).toEqual(Buffer.alloc(0));
    expect((await bytesOf(home, "run10/out/0-d")).toString()).toBe("234");
    const part = async (start: number, end?: number) =>
      (await bytesOf(home, "run1/out/0-a", { start, ...(end === undefined ? {} : { end }) })).toString();
    expect(await Promise.all([part(0), part(3), part(3, 5), part(0, 1), part(8, 99), part(4, 4)])).toEqual([
      ...["0123456789", "3456789", "34", "0", "89", ""],
    ]);
    expect(await part(10)).toBe("");
    expect(await home.list("run1")).toEqual(["run1/in/0-b", "run1/out/0-a", "run1/out/1-c"]);
  });

  it("removes files, and says which is missing", async () => {
    const home = open();
    for (const place of await home.list("run1")) await home.delete(place);
    await home.delete("run1/in/0-b");
    expect(await home.list("run1")).toEqual([]);
    await expect(bytesOf(home, "run1/in/0-b")).rejects.toThrow(`run1/in/0-b is not in ${home.name}`);
    expect(await home.list("run10")).toEqual(["run10/out/0-d"]);
    await home.delete("run10/out/0-d");
  });

  it("takes no path that leads elsewhere", async () => {
    const home = open();
    for (const place of ["../x", "a//b", "/a", "a/../b", "a/b/", "", "a b", "a/.b"]) {
      await expect(home.put(place, small, "text/plain")).rejects.toThrow("is not a place");
    }
  });
});

describe("a folder", () => {
  it("is for its owner alone, and leaves nothing behind", async () => {
    const home = new FolderHome(join(folder, "private"));
    await home.put("run/out/0-a", small);
    expect((await stat(join(folder, "private/run/out/0-a"))).mode & 0o077).toBe(0);
    expect((await stat(join(folder, "private/run"))).mode & 0o077).toBe(0);
    await home.delete("run/out/0-a");
    expect(await readdir(join(folder, "private"))).toEqual([]);
  });

  it("shows nothing that is half written", async () => {
    const home = new FolderHome(join(folder, "half"));
    await home.put("run/out/0-a", small);
    await writeFile(join(folder, "half/run/out/1-b.0123.part"), "half");
    expect(await home.list("run")).toEqual(["run/out/0-a"]);
    // Where the file cannot be moved to its place, nothing stays beside it.
    await home.put("run/out/2/x", small);
    await expect(home.put("run/out/2", small)).rejects.toThrow();
    expect((await readdir(join(folder, "half/run/out"))).sort()).toEqual(["0-a", "1-b.0123.part", "2"]);
  });

  it("that cannot be written is refused", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(new FolderHome(join(folder, "file/below")).check()).rejects.toThrow(
      "files cannot be kept in this folder",
    );
  });
});

describe("a bucket that is not well", () => {
  it("is asked again: busy, or gone in the middle of a request", async () => {
    const home = bucket();
    service.faults.push({ status: 503 }, { dropRequest: true }, { status: 500 });
    await home.put("run/out/0-a", large, "text/plain");
    expect(service.asked).toHaveLength(4);
    service.faults.push({ status: 503 }, { dropRequest: true });
    expect(await bytesOf(home, "run/out/0-a")).toSatisfy(isLarge);
    service.faults.push({ status: 503 });
    await home.delete("run/out/0-a");
    expect(await home.list("run")).toEqual([]);
  });

  it("gives the rest of a file after a connection that was lost, and no byte twice", async () => {
    const home = bucket();
    await home.put("run/out/0-a", large, "text/plain");
    service.asked.length = 0;
    service.faults.push({ dropAfter: 400_000 }, { dropAfter: 0 }, { dropAfter: 5 });
    expect(await bytesOf(home, "run/out/0-a")).toSatisfy(isLarge);
    expect(service.asked[0]).toBe("GET /papers/site/files/run/out/0-a");
    expect(service.asked.at(-1)).toMatch(/ bytes=\d{6}-$/);
    service.faults.push({ dropAfter: 2 });
    expect(await bytesOf(home, "run/out/0-a", { start: 10, end: 20 })).toEqual(large.subarray(10, 20));
    service.faults.push({ dropAfter: 1 }, { dropAfter: 1 }, { dropAfter: 1 }, { dropAfter: 1 });
    await expect(bytesOf(home, "run/out/0-a")).rejects.toThrow("s3://papers/site/files cannot be reached");
  });

  it("ends with a fault that is not taken for the database's", async () => {
    const home = bucket();
    service.faults.push(...Array.from({ length: 4 }, () => ({ dropRequest: true }) as const));
    const fault = await home.put("run/out/0-b", small, "text/plain").catch((error: unknown) => error);
    expect(String(fault)).toContain("s3://papers/site/files cannot be reached");
    expect(isOutage(fault)).toBe(false);
    expect(service.objects.has("site/files/run/out/0-b")).toBe(false);
  });

  it("is not asked again when it refuses, and is refused at the start", async () => {
    service.faults.push({ status: 403 });
    await expect(bucket().put("run/out/0-c", small, "text/plain")).rejects.toThrow("status 403 (AccessDenied: no)");
    expect(service.asked).toHaveLength(1);
    await expect(bucket({ secretAccessKey: "another" }).check()).rejects.toThrow(
      "LIVEPAPERS_FILES (s3://papers/site/files): files cannot be kept in this bucket: status 403 (SignatureDoesNotMatch: no).",
    );
    await expect(bucket({ bucket: "none" }).check()).rejects.toThrow("NoSuchBucket");
    const closed = await fakeBucket();
    await closed.close();
    const nobody = bucket({ endpoint: closed.endpoint, retries: 0 });
    await expect(nobody.check()).rejects.toMatchObject({
      name: "BadInput",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

describe("the environment", () => {
  const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  it("says where files are; without a word the data folder, or the server's database", () => {
    expect(homeOf({}, "/data")).toMatchObject({ name: "/data/files" });
    expect(homeOf({}, undefined)).toBeUndefined();
    expect(homeOf({ LIVEPAPERS_FILES: "database" }, "/data")).toBeUndefined();
    expect(homeOf({ LIVEPAPERS_FILES: "/srv/files" }, undefined)).toMatchObject({ name: "/srv/files" });
    const there = homeOf({ LIVEPAPERS_FILES: "s3://my-bucket/a/b/", ...keys }, undefined);
    expect(there).toMatchObject({ name: "s3://my-bucket/a/b" });
    expect(homeOf({ LIVEPAPERS_FILES: "s3://my-bucket", ...keys }, "/data")?.name).toBe("s3://my-bucket");
  });

  it("that says something else is refused by the name of the variable", () => {
    const refused = (env: Record<string, string>, dataDir?: string) => expect(() => homeOf(env, dataDir));
    refused({ LIVEPAPERS_FILES: "files" }).toThrow("LIVEPAPERS_FILES:");
    refused({ LIVEPAPERS_FILES: "folder" }).toThrow("all machines must share it");
    refused({ LIVEPAPERS_FILES: "s3://My_Bucket", ...keys }).toThrow("LIVEPAPERS_FILES:");
    refused({ LIVEPAPERS_FILES: "s3://bucket/../x", ...keys }).toThrow("LIVEPAPERS_FILES:");
    const s3 = { LIVEPAPERS_FILES: "s3://bucket" };
    refused(s3).toThrow("AWS_ACCESS_KEY_ID: a bucket needs an access key");
    refused({ ...s3, AWS_ACCESS_KEY_ID: "a" }).toThrow("AWS_SECRET_ACCESS_KEY:");
    refused({ ...s3, ...keys, AWS_ENDPOINT_URL: "s3.example.org" }).toThrow("AWS_ENDPOINT_URL:");
    refused({ ...s3, ...keys, LIVEPAPERS_FILES_PATH_STYLE: "1" }).toThrow("LIVEPAPERS_FILES_PATH_STYLE:");
  });
});
