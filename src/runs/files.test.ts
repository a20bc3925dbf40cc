import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { collect } from "../../test/postgres/service-checks.ts";
import { listFiles } from "../store/files.ts";
import { BucketHome } from "../store/homes/bucket.ts";
import { type FakeBucket, fakeBucket, fakeKeys } from "../store/homes/fake-bucket.ts";
import { RunFiles } from "../store/run-files.ts";
import { listRuns } from "../store/runs.ts";
import { openStore, type Store } from "../store/store.ts";
import { freshDataDir } from "../store/testing.ts";
import { RunService } from "./service.ts";

const catalogue = new URL("./fixtures/papers.ts", import.meta.url);
let dataDir: string;
let store: Store;
let bucket: FakeBucket;
let files: RunFiles;
let service: RunService;
const log: string[] = [];

beforeAll(async () => {
  dataDir = await freshDataDir();
  store = await openStore({ dataDir });
  bucket = await fakeBucket();
  const home = new BucketHome({
    ...{ bucket: "papers", prefix: "", region: "us-east-1", endpoint: bucket.endpoint, pathStyle: true },
    ...{ ...fakeKeys, retries: 2, pauseMs: 1 },
  });
  files = new RunFiles(store, home);
  service = open();
}, 120_000);
afterEach(() => {
  bucket.faults.length = 0;
});
afterAll(async () => {
  await service.stop();
  await store.close();
  await bucket.close();
  await rm(dataDir, { recursive: true });
});

const open = () => new RunService({ store, files, catalogue, log: ({ message }) => log.push(message) });
/** Another process, so to say: it takes what was submitted before. */
async function startAnew(): Promise<void> {
  await service.stop();
  service = open();
  await service.start({ concurrency: 1 });
}
const submit = () =>
  service.submit(
    { kind: "tool", slug: "files", tool: "upper" },
    { text: [{ name: "a.txt", bytes: new TextEncoder().encode("abc\n") }] },
  );
const outcomeOf = async (id: string) => (await collect(service.subscribe(id))).at(-1);

it("a run whose files cannot be kept is not stored", async () => {
  bucket.faults.push({ status: 403 });
  await expect(submit()).rejects.toThrow("status 403");
  expect(await listRuns(store.db)).toEqual([]);
});

it("a tool's files come from the bucket and go there, through a service that is busy", async () => {
  bucket.faults.push({ status: 503 }, { dropRequest: true });
  const id = await submit();
  await startAnew();
  expect(await outcomeOf(id)).toMatchObject({ outcome: { status: "done", summary: "1 lines in capitals." } });
  const records = await listFiles(store.db, id);
  expect(records.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
    ...["in a.txt", "out upper.txt", "out counts.json"],
  ]);
  const [, made] = records;
  expect(new TextDecoder().decode(made && (await files.readWhole(id, made)))).toBe("ABC\n");
  expect([...bucket.objects.keys()].filter((key) => key.startsWith(`${id}/`))).toHaveLength(3);
});

it("a run whose files have gone, or cannot be kept, ends with a sentence and without outputs", async () => {
  await service.stop();
  service = open();
  const gone = await submit();
  bucket.objects.clear();
  await startAnew();
  const failed = (what: string) => ({ outcome: { status: "failed", message: expect.stringContaining(what) } });
  expect(await outcomeOf(gone)).toMatchObject(failed("The files given to this run could not be read."));
  expect(log.at(-1)).toContain("is not in s3://papers");
  await service.stop();
  service = open();
  const id = await submit();
  // The input is read; then the first output is kept, and the second is not.
  const set = bucket.objects.set.bind(bucket.objects);
  bucket.objects.set = (key, bytes) => {
    if (/\/out\/0-/.test(key)) bucket.faults.push({ status: 403 });
    return set(key, bytes);
  };
  await startAnew();
  expect(await outcomeOf(id)).toMatchObject(failed("The files made by this run could not be kept."));
  expect((await listFiles(store.db, id)).map(({ direction }) => direction)).toEqual(["in"]);
  expect(await service.get(id)).toMatchObject({ state: "failed", attempts: 1, interruptions: 0 });
});
