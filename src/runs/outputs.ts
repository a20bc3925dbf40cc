import type { OutputFile } from "../kit/paper.ts";
import type { Request } from "./protocol.ts";

/** Asks the worker's owner for something. */
export type Ask = (request: Request, transfer?: ArrayBuffer[]) => Promise<unknown>;

const bufferBytes = 256 << 10;
const inFlight = 4;

/**
 * An output of a tool, sent to the worker's owner in chunks: small writes are gathered, and a write waits while `inFlight` chunks have not been taken.
 * A live output is sent whenever the tool waits.
 * The data may be reused by the caller as soon as `write` returns.
 */
export class RemoteOutput implements OutputFile {
  readonly #ask: Ask;
  readonly #id: number;
  readonly #live: boolean;
  #scheduled = false;
  #buffer = new Uint8Array(bufferBytes);
  #used = 0;
  #sent: Promise<void>[] = [];
  #failure: unknown;
  #closed: Promise<void> | undefined;

  constructor(ask: Ask, id: number, live = false) {
    this.#ask = ask;
    this.#id = id;
    this.#live = live;
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (this.#closed) throw new Error("an output was written to after it was closed");
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    if (bytes.byteLength >= bufferBytes) {
      this.#flush();
      this.#send(bytes.slice());
    } else {
      if (this.#used + bytes.byteLength > bufferBytes) this.#flush();
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.byteLength;
      if (this.#live) this.#flushSoon();
    }
    while (this.#sent.length >= inFlight) await this.#sent[0];
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    this.#flush();
    await Promise.all(this.#sent);
    if (this.#failure !== undefined) throw this.#failure;
    await this.#ask({ do: "close", output: this.#id });
  }

  /** Sends what was written as soon as the tool waits for something, so that what comes in one go leaves in one chunk. */
  #flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.#flush();
    }, 0);
  }

  #flush(): void {
    if (this.#used === 0) return;
    const used = this.#used;
    this.#used = 0;
    if (used < bufferBytes / 2) {
      this.#send(this.#buffer.slice(0, used));
      return;
    }
    const full = this.#buffer.subarray(0, used);
    this.#buffer = new Uint8Array(bufferBytes);
    this.#send(full);
  }

  #send(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#failure !== undefined) return;
    const sent = this.#ask({ do: "write", output: this.#id, chunk }, [chunk.buffer])
      .then(
        () => {},
        (error: unknown) => {
          this.#failure ??= error;
        },
      )
      .finally(() => {
        this.#sent = this.#sent.filter((other) => other !== sent);
      });
    this.#sent.push(sent);
  }
}
