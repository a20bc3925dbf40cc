import { readerOf } from "../../../reader.ts";
import { servicesOf } from "../../../services.ts";
import { answer, json, problem } from "../../server/problem.server.ts";
import { apiRunOf, type PageArgs } from "../../server/request.server.ts";

/** POST /api/runs/ID/cancel: stops a run of one's own; `cancelled` is false when it had ended already. */
export function action(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    const reader = readerOf(args);
    const { run, mine } = await apiRunOf(args);
    if (!mine && !reader.admin) return problem(403, "This run is somebody else’s: only its owner can stop it.");
    return json({ id: run.id, cancelled: await servicesOf(args).runs.cancel(reader, run.id) });
  });
}

export function loader(): Response {
  return problem(405, "Runs are cancelled with POST.");
}
