import { BadInput } from "../kit/errors.ts";
import { formatBytes } from "../kit/files.ts";
import { type Experiment, type Scale, scales } from "../kit/paper.ts";
import { claimParams, parseParams } from "../kit/params.ts";
import type { NewFile } from "../store/files.ts";
import { checkFiles, claimOf, toolOf } from "./check.ts";
import type { Job, JobFiles } from "./types.ts";

/** A job as a reader asks for it: parameters may be text or missing, the tool's name may be left out. */
export type JobRequest =
  | { kind: "claim"; slug: string; scale?: string; seed?: number | string; params?: Record<string, unknown> }
  | { kind: "tool"; slug: string; tool?: string; seed?: number | string; params?: Record<string, unknown> };

/** A seed: a whole number that fits 32 bits; 1 without. */
export function parseSeed(given: number | string | undefined): number {
  const seed = given === undefined ? 1 : typeof given === "string" && given.trim() === "" ? Number.NaN : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new BadInput(`"${String(given).slice(0, 40)}" is not a whole number from 0 to 4294967295`, {
      where: "--seed",
    });
  }
  return seed;
}

export function parseScale(given: string | undefined): Scale {
  const scale = scales.find((candidate) => candidate === (given ?? "quick"));
  if (!scale)
    throw new BadInput(`"${String(given).slice(0, 40)}" is not one of ${scales.join(", ")}`, { where: "--scale" });
  return scale;
}

/**
 * Checks a request against the paper it names and completes its parameters. `standard` tells that they are the defaults. Throws `BadInput` for what the
 * paper does not have or take.
 */
export async function parseRequest(
  request: JobRequest,
  getExperiment: (slug: string) => Experiment | Promise<Experiment>,
): Promise<{ job: Job; standard: boolean }> {
  const experiment = await getExperiment(request.slug);
  const seed = parseSeed(request.seed);
  const given = request.params ?? {};
  const { slug } = experiment.card;
  if (request.kind === "claim") {
    const claim = await claimOf(experiment);
    const scale = parseScale(request.scale);
    const params = claimParams(claim, scale, given);
    const standard = JSON.stringify(params) === JSON.stringify(claimParams(claim, scale));
    return { job: { kind: "claim", slug, scale, seed, params }, standard };
  }
  const tool = await toolOf(experiment, request.tool);
  const params = parseParams(tool.options, given);
  const standard = JSON.stringify(params) === JSON.stringify(parseParams(tool.options, {}));
  return { job: { kind: "tool", slug, tool: tool.name, seed, params }, standard };
}

/** The files of a request as they are stored: in memory only, fit for the tool, and no larger than `maxBytes` together. */
export async function parseFiles(
  job: Job,
  files: JobFiles,
  getExperiment: (slug: string) => Experiment | Promise<Experiment>,
  maxBytes: number,
): Promise<NewFile[]> {
  if (job.kind === "claim") {
    if (Object.values(files).some((given) => given.length > 0)) throw new BadInput("a claim takes no files");
    return [];
  }
  checkFiles(await toolOf(await getExperiment(job.slug), job.tool), files);
  const stored: NewFile[] = [];
  let total = 0;
  for (const [role, given] of Object.entries(files)) {
    for (const file of given) {
      if (!("bytes" in file || "blob" in file)) throw new Error("a queued run takes files in memory only");
      total += "bytes" in file ? file.bytes.byteLength : file.blob.size;
      if (total > maxBytes) {
        throw new BadInput(`the files are larger than the limit of ${formatBytes(maxBytes)}`, {
          where: file.name,
          remedy: "Use the command line for larger files.",
        });
      }
      const bytes = "bytes" in file ? file.bytes : new Uint8Array(await file.blob.arrayBuffer());
      stored.push({ role, name: file.name, mediaType: "application/octet-stream", bytes });
    }
  }
  return stored;
}
