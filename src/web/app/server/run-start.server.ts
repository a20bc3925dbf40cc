import { redirect } from "react-router";
import { isBadInput } from "../../../kit/errors.ts";
import type { JobRequest } from "../../../runs/service.ts";
import type { JobFiles } from "../../../runs/types.ts";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { sentForm, textOf } from "./form.server.ts";
import { isTooManyRuns } from "./problem.server.ts";
import { type PageArgs, refuse } from "./request.server.ts";

/** Starts a claim on the server from the form that works without scripts, and shows its page. */
export async function startFromForm(args: PageArgs, slug: string): Promise<Response> {
  const form = await sentForm(args);
  const params: Record<string, string | string[]> = {};
  for (const name of new Set(form.keys())) {
    const parameter = /^param\.(.+)$/.exec(name)?.[1];
    if (parameter === undefined) continue;
    const values = form.getAll(name).map(String);
    // A checkbox follows a hidden field that stands for "no".
    params[parameter] = values.includes("~list") ? values.filter((value) => value !== "~list") : (values.at(-1) ?? "");
  }
  const job = {
    ...({ kind: "claim", slug, params } as const),
    scale: textOf(form, "scale") || "quick",
    seed: textOf(form, "seed") || "1",
  };
  return startAndShow(args, job);
}

/** Starts a run and shows its page; what stands against it is said on a page of its own. */
export async function startAndShow(args: PageArgs, job: JobRequest, files?: JobFiles): Promise<Response> {
  try {
    const id = await servicesOf(args).runs.submit(readerOf(args), job, files);
    return redirect(`/runs/${id}`, 303);
  } catch (error) {
    if (isBadInput(error)) return refuse(422, error.message);
    if (isTooManyRuns(error)) return refuse(429, error.message);
    throw error;
  }
}
