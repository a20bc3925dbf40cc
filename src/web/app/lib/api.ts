import type { JobRequest } from "../../../runs/service.ts";
import type { Outcome, StampedEvent } from "../../../runs/types.ts";

/** A refusal of the server, as its problem document says it. */
export class Refused extends Error {
  override readonly name = "Refused";
  /** The parameter or file it is about. */
  readonly where: string | undefined;
  constructor(message: string, where?: string) {
    super(message);
    this.where = where;
  }
}

async function refusal(response: Response): Promise<Refused> {
  const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string; where?: string };
  const fallback = `The server answered with status ${response.status}.`;
  return new Refused(problem.detail ?? problem.title ?? fallback, problem.where);
}

async function post(path: string, body: BodyInit, type?: string): Promise<{ id: string }> {
  const headers = type ? { "Content-Type": type } : undefined;
  const response = await fetch(path, { method: "POST", body, ...(headers ? { headers } : {}) }).catch(() => {
    throw new Refused("The server cannot be reached.");
  });
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as { id: string };
}

/** Files for a tool by input role. */
export type FilesByRole = Record<string, readonly File[]>;

/** Starts a run on the server; resolves with its id. */
export async function startRun(job: JobRequest, files?: FilesByRole): Promise<string> {
  if (!files) return (await post("/api/runs", JSON.stringify(job), "application/json")).id;
  const form = new FormData();
  form.set("job", JSON.stringify(job));
  for (const [role, own] of Object.entries(files)) for (const file of own) form.append(`file:${role}`, file, file.name);
  return (await post("/api/runs", form)).id;
}

/** When a run started, in milliseconds of the epoch; null when it has not, or cannot be asked. */
export async function startOf(id: string): Promise<number | null> {
  const response = await fetch(`/api/runs/${id}`).catch(() => null);
  if (!response?.ok) return null;
  const { started } = (await response.json()) as { started: string | null };
  return started === null ? null : new Date(started).getTime();
}

export async function cancelRun(id: string): Promise<void> {
  await post(`/api/runs/${id}/cancel`, "{}", "application/json");
}

/** Keeps the record of a run that was made in this browser; resolves with its id. */
export async function storeRun(
  job: JobRequest,
  events: readonly StampedEvent[],
  outcome: Outcome,
  durationMs: number,
): Promise<string> {
  const record = { job, events, outcome, durationMs, platform: navigator.userAgent };
  return (await post("/api/runs/browser", JSON.stringify(record), "application/json")).id;
}
