import type { RunMessage } from "../../../../runs/service.ts";
import { servicesOf } from "../../../services.ts";
import { answer } from "../../server/problem.server.ts";
import { apiRunOf, type PageArgs } from "../../server/request.server.ts";

const heartbeatMs = 15_000;
const encoder = new TextEncoder();
const stillHere = encoder.encode(": still here\n\n");
/** Ends the id of the last message, so that a reader who has it is told that nothing follows. */
const lastMark = "-end";

/**
 * GET /api/runs/ID/events: the run's messages as server-sent events, live until the outcome. The id of an event is its
 * cursor; a connection that was lost goes on after `Last-Event-ID` (or `?after=`) without loss or repetition. To
 * one that has the last message the answer is 204, which tells an EventSource to stop.
 */
export function loader(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    const { request } = args;
    const { runs } = servicesOf(args);
    const run = await apiRunOf(args);
    const after = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? undefined;
    if (after?.endsWith(lastMark)) return new Response(null, { status: 204 });
    const stop = new AbortController();
    request.signal.addEventListener("abort", () => stop.abort(), { once: true });
    const messages = runs.subscribe(run, { signal: stop.signal, ...(after ? { after } : {}) });
    let heartbeat: ReturnType<typeof setInterval> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode("retry: 1000\n\n"));
        heartbeat = setInterval(() => {
          // Behind a client that does not read, heartbeats would pile up.
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(stillHere);
        }, heartbeatMs);
        heartbeat.unref();
      },
      async pull(controller) {
        // On an error the stream ends with it, and the browser connects again.
        const next = await messages.next().catch((error: unknown) => {
          clearInterval(heartbeat);
          throw error;
        });
        if (!next.done) return controller.enqueue(framed(next.value));
        clearInterval(heartbeat);
        controller.close();
      },
      async cancel() {
        clearInterval(heartbeat);
        stop.abort();
        await messages.return(undefined);
      },
    });
    return new Response(body, {
      headers: {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
      },
    });
  });
}

/** Frames of events, which many viewers get: the objects are the same for all of them. */
const frames = new WeakMap<object, { cursor: string; bytes: Uint8Array }>();

function framed(message: RunMessage): Uint8Array {
  if (message.type !== "event") return frameOf(message);
  const known = frames.get(message.event);
  if (known?.cursor === message.cursor) return known.bytes;
  const bytes = frameOf(message);
  frames.set(message.event, { cursor: message.cursor, bytes });
  return bytes;
}

function frameOf(message: RunMessage): Uint8Array {
  const id = message.type === "outcome" ? message.cursor + lastMark : message.cursor;
  return encoder.encode(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
}
