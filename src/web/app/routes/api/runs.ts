import { readerOf } from "../../../reader.ts";
import { servicesOf } from "../../../services.ts";
import { runRequest } from "../../server/body.server.ts";
import { answer, json, problem } from "../../server/problem.server.ts";
import { knownExperiment, type PageArgs } from "../../server/request.server.ts";

/** POST /api/runs: starts a run on this server. Answers 202 with its id and where to watch it. */
export function action(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    if (args.request.method !== "POST") return problem(405, "Runs are started with POST.");
    const { runs, papers } = servicesOf(args);
    const reader = readerOf(args);
    const { job, files } = await runRequest(args.request, runs.allowanceOf(reader).uploadBytes);
    knownExperiment(papers, job.slug);
    const id = await runs.submit(reader, job, files);
    return json({ id, url: `/runs/${id}`, events: `/api/runs/${id}/events` }, 202);
  });
}

export function loader(): Response {
  return problem(405, "Runs are started with POST; one run is read at /api/runs/ID.");
}
