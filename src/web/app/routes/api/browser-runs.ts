import { z } from "zod";
import { mostRecordBytes } from "../../../../runs/recorded.ts";
import type { Outcome, StampedEvent } from "../../../../runs/types.ts";
import { readerOf } from "../../../reader.ts";
import { servicesOf } from "../../../services.ts";
import { jobSchema, jsonBody } from "../../server/body.server.ts";
import { answer, json, problem } from "../../server/problem.server.ts";
import { knownExperiment, type PageArgs } from "../../server/request.server.ts";

/** The shapes of events and outcome are checked by the service; here only that they are lists and objects. */
const recordSchema = z.object({
  job: jobSchema,
  events: z.array(z.custom<StampedEvent>((value) => typeof value === "object" && value !== null)),
  outcome: z.custom<Outcome>((value) => typeof value === "object" && value !== null),
  durationMs: z.number().min(0).optional(),
  platform: z.string().max(400).optional(),
});

/** POST /api/runs/browser: keeps the record of a claim that ran in a reader's browser, marked as such. */
export function action(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    const { runs, papers } = servicesOf(args);
    const { job, events, outcome, durationMs, platform } = await jsonBody(args.request, recordSchema, mostRecordBytes);
    knownExperiment(papers, job.slug);
    if (job.kind !== "claim") return problem(422, "Only claims are kept here; a tool's run stays in its browser.");
    const id = await runs.record(readerOf(args), job, events, outcome, {
      ...(platform === undefined ? {} : { platform }),
      ...(durationMs === undefined ? {} : { durationMs }),
    });
    return json({ id, url: `/runs/${id}` }, 201);
  });
}

export function loader(): Response {
  return problem(405, "Records are stored with POST.");
}
