import { servicesOf } from "../../../services.ts";
import { answer, problem } from "../../server/problem.server.ts";
import { apiRunOf, type PageArgs } from "../../server/request.server.ts";

/** GET /api/runs/ID/outputs/NAME: a file that a tool made. */
export function loader(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    const { files, readFile } = servicesOf(args);
    const { run } = await apiRunOf(args);
    const file = (await files(run.id)).find((own) => own.direction === "out" && own.name === args.params.name);
    if (!file) return problem(404, "The run has no such file.");
    const parts = readFile(run.id, file)[Symbol.asyncIterator]();
    // Before anything is said: a file that cannot be had is a fault, not half a file.
    let next = await parts.next();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (next.done) return controller.close();
        controller.enqueue(next.value);
        next = await parts.next();
      },
      async cancel() {
        await parts.return?.();
      },
    });
    const plain = file.name.replace(/[^\w. -]/g, "_");
    return new Response(body, {
      headers: {
        // Never shown in place: a file of a reader must not become a page of this site.
        "Content-Type": /html|xml|svg|script/i.test(file.mediaType) ? "application/octet-stream" : file.mediaType,
        "Content-Disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(file.name.replace(/\p{Cs}/gu, "_"))}`,
        "Content-Length": String(file.size),
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-store",
      },
    });
  });
}
