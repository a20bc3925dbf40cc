import { z } from "zod";
import { claimJob, toolJob } from "../../../api/schemas.ts";
import type { JobRequest } from "../../../runs/service.ts";
import type { JobFile, JobFiles } from "../../../runs/types.ts";
import { RequestProblem, tooLarge } from "./problem.server.ts";

/** The body's bytes, refused as soon as they are more than `limit`, whether or not their length was announced. */
async function bytesOf(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of request.body ?? []) {
    total += chunk.byteLength;
    if (total > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** A form as a browser sends it. */
export async function formBody(request: Request, limit: number): Promise<FormData> {
  const body = await bytesOf(request, limit);
  const type = request.headers.get("content-type") ?? "";
  return new Response(body, { headers: { "Content-Type": type } }).formData().catch(() => {
    throw new RequestProblem(400, "The form cannot be read.");
  });
}

/** A JSON body, judged by a schema. */
export async function jsonBody<T>(request: Request, schema: z.ZodType<T>, limit: number): Promise<T> {
  const text = new TextDecoder().decode(await bytesOf(request, limit));
  return judged(schema, parseJson(text));
}

/** JSON, or a refusal. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestProblem(400, "The body is not JSON.");
  }
}

/** A value that fits a schema; others are refused, with the place. */
export function judged<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue && issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  throw new RequestProblem(400, `The body does not fit: ${place}${issue?.message ?? "it is not what was expected"}.`);
}

/** What is to be run, as the API has it; here the kind is always said. Values are judged by the paper's own schema later. */
export const jobSchema: z.ZodType<JobRequest> = z.discriminatedUnion("kind", [
  claimJob.extend({ kind: z.literal("claim") }),
  toolJob.extend({ kind: z.literal("tool") }),
]);

/** A run asked for: as JSON, or as a form with the job as `job` and files as `file:ROLE`. */
export async function runRequest(request: Request, limit: number): Promise<{ job: JobRequest; files?: JobFiles }> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("multipart/form-data")) return { job: await jsonBody(request, jobSchema, limit) };
  const form = await formBody(request, limit);
  const job = judged(jobSchema, parseJson(String(form.get("job") ?? "")));
  return { job, files: await filesOf(form) };
}

/** The files of a form by role: each is sent as `file:ROLE`. */
export async function filesOf(form: FormData): Promise<JobFiles> {
  const files: Record<string, JobFile[]> = {};
  for (const [name, value] of form.entries()) {
    const role = /^file:(.+)$/.exec(name)?.[1];
    if (role === undefined || typeof value === "string") continue;
    const own = files[role] ?? [];
    own.push({ name: value.name || "input", bytes: new Uint8Array(await value.arrayBuffer()) });
    files[role] = own;
  }
  return files;
}
