import { servicesOf } from "../../../services.ts";
import { answer, json } from "../../server/problem.server.ts";
import { apiRunOf, type PageArgs } from "../../server/request.server.ts";
import { outputUrl } from "../../server/run-page.server.ts";

/** GET /api/runs/ID: the record of a run, with the files it made. */
export function loader(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    const { files } = servicesOf(args);
    const { run, mine } = await apiRunOf(args);
    const { ticket: _ticket, cancelRequested: _asked, ...record } = run;
    const outputs = (await files(run.id)).filter((file) => file.direction === "out");
    return json({
      ...record,
      mine,
      outputs: outputs.map(({ name, mediaType, size }) => ({ name, mediaType, size, url: outputUrl(run.id, name) })),
    });
  });
}
