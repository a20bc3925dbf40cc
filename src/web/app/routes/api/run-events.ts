import type { RunMessage } from "../../../../runs/service.ts";
import { servicesOf } from "../../../services.ts";
import { answer } from "../../server/problem.server.ts";
import { apiRunOf, type PageArgs } from "../../server/request.server.ts";

const heartbeatMs = 15_000;
/** Ends the id of the last message, so that a reader who has it is told that nothing follows. */
const lastMark = "-end";

/**
 * GET /api/runs/ID/events: the run's messages as server-sent events, live until the outcome. The id of an event is its
 * cursor; a connection that was lost goes on after `Last-Event-ID` (or `?after=`) without loss or repetition. To
 * one that has the last message the answer is 204, which tells an EventSource to stop.
 */
export function loader(args: PageArgs): Promise<Response> {
  return answer(async () => {
    const { request } = args;
    const { runs } = servicesOf(args);
    const run = await apiRunOf(args);
    const after = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? undefined;
    if (after?.endsWith(lastMark)) return new Response(null, { status: 204 });
    const stop = new AbortController();
    request.signal.addEventListener("abort", () => stop.abort(), { once: true });
    const messages = runs.subscribe(run, { signal: stop.signal, ...(after ? { after } : {}) });
    const encoder = new TextEncoder();
    let heartbeat: ReturnType<typeof setInterval> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode("retry: 1000\n\n"));
        heartbeat = setInterval(() => controller.enqueue(encoder.encode(": still here\n\n")), heartbeatMs);
        heartbeat.unref();
      },
      async pull(controller) {
        // On an error the stream ends with it, and the browser connects again.
        const next = await messages.next().catch((error: unknown) => {
          clearInterval(heartbeat);
          throw error;
        });
        if (!next.done) return controller.enqueue(encoder.encode(framed(next.value)));
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

function framed(message: RunMessage): string {
  const id = message.type === "outcome" ? message.cursor + lastMark : message.cursor;
  return `id: ${id}\ndata: ${JSON.stringify(message)}\n\n`;
}
