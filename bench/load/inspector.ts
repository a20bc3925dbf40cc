/** What a process holds after everything that can be freed was freed. */
export interface Held {
  /** Bytes of live objects on the JavaScript heap, and outside of it in their name. */
  heap: number;
  external: number;
  /** Bytes of the process in memory. */
  resident: number;
  /** Open sockets, timers, workers and the like. */
  handles: number;
}

/** Asks a Node process that was started with `--inspect`. */
export class Inspector {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Frees what can be freed and measures the rest. Nothing stays attached to the process. */
  async held(): Promise<Held> {
    const socket = new WebSocket(this.#url);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error(`the process does not answer at ${this.#url}`));
    });
    try {
      let next = 0;
      const call = (method: string, params: Record<string, unknown> = {}): Promise<unknown> => {
        next += 1;
        const id = next;
        socket.send(JSON.stringify({ id, method, params }));
        return new Promise((resolve) => {
          const hear = ({ data }: MessageEvent): void => {
            const answer = JSON.parse(String(data)) as { id?: number; result?: unknown };
            if (answer.id !== id) return;
            socket.removeEventListener("message", hear);
            resolve(answer.result);
          };
          socket.addEventListener("message", hear);
        });
      };
      // What the first round finalizes, the second one frees.
      for (let round = 0; round < 2; round++) await call("HeapProfiler.collectGarbage");
      const expression = `JSON.stringify({ ...process.memoryUsage(), handles: process.getActiveResourcesInfo().length })`;
      const { result } = (await call("Runtime.evaluate", { expression })) as { result: { value: string } };
      const { heapUsed, external, rss, handles } = JSON.parse(result.value) as Record<string, number>;
      return { heap: heapUsed ?? 0, external: external ?? 0, resident: rss ?? 0, handles: handles ?? 0 };
    } finally {
      const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
      socket.close();
      await closed;
    }
  }
}
