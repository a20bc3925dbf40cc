import { openAsBlob } from "node:fs";
import type { Client, UploadFile } from "../../api/client.ts";
import type { JobFile, JobFiles, OutputInfo, OutputSink } from "../../runs/types.ts";
import { Fault } from "../outcome.ts";
import { aborted } from "../until.ts";
import { again } from "./again.ts";

/** Files of a job as they are sent. Those at paths are read while they are sent; standard input is read to its end first. */
export async function uploadsOf(
  files: JobFiles,
  { stdin, signal }: { stdin?: AsyncIterable<Uint8Array> | undefined; signal?: AbortSignal | undefined },
): Promise<Record<string, UploadFile[]>> {
  const uploads: Record<string, UploadFile[]> = {};
  for (const [role, own] of Object.entries(files)) {
    uploads[role] = [];
    for (const file of own) uploads[role].push({ name: file.name, content: await contentOf(file, stdin, signal) });
  }
  return uploads;
}

async function contentOf(
  file: JobFile,
  stdin: AsyncIterable<Uint8Array> | undefined,
  signal: AbortSignal | undefined,
): Promise<Blob | Uint8Array> {
  if ("path" in file) return openAsBlob(file.path);
  if ("blob" in file) return file.blob;
  if ("bytes" in file) return file.bytes;
  if (!stdin) throw new Error("the run has no standard input to send");
  const iterator = stdin[Symbol.asyncIterator]();
  const stopped = signal ? aborted(signal).then(() => undefined) : new Promise<undefined>(() => {});
  const chunks: Uint8Array[] = [];
  for (;;) {
    const next = await Promise.race([iterator.next(), stopped]);
    if (next === undefined) throw signal?.reason;
    if (next.done) return new Blob(chunks as BlobPart[]);
    chunks.push(next.value);
  }
}

export interface FetchOptions {
  outputs: readonly OutputInfo[];
  sink: OutputSink;
  signal?: AbortSignal | undefined;
  /** Before a file is asked for again when the connection was lost. */
  pauseMs?: number | undefined;
}

/** Fetches what a tool made into a sink, each file whole. What was there already is not written again when a connection was lost. */
export async function fetchOutputs(
  client: Client,
  id: string,
  { outputs, sink, ...how }: FetchOptions,
): Promise<OutputInfo[]> {
  const fetched: OutputInfo[] = [];
  for (const { name, mediaType, bytes } of outputs) {
    const file = await sink.open(name, mediaType);
    let written = 0;
    await again(async () => {
      let skip = written;
      for await (const chunk of await client.output(id, name, { signal: how.signal })) {
        const fresh = chunk.subarray(Math.min(skip, chunk.byteLength));
        skip -= chunk.byteLength - fresh.byteLength;
        if (fresh.byteLength > 0) await file.write(fresh);
        written += fresh.byteLength;
        if (written > bytes) throw new Fault(`${name} has ${bytes} bytes, and the server sends more.`);
      }
    }, how);
    if (written !== bytes) throw new Fault(`${name} has ${bytes} bytes at the server, and ${written} came.`);
    await file.close();
    fetched.push({ name, mediaType, bytes, ...(file.path === undefined ? {} : { path: file.path }) });
  }
  return fetched;
}
