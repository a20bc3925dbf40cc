import { platform, version } from "../runs/about.ts";
import type { Cli, Execute } from "./context.ts";

/** What is said of a run beside its outcome. */
export interface RunFacts {
  /** Of the package that ran it. */
  version: string;
  platform: string;
  /** How long it ran, where whoever ran it says so. */
  durationMs?: number | undefined;
  /** The address of its page. */
  page?: string | undefined;
}

/** What runs jobs: this machine, or a server. */
export interface Engine {
  execute: Execute;
  /** Of the run that `execute` has done. */
  facts(): RunFacts;
}

export function localEngine({ execute }: Pick<Cli, "execute">): Engine {
  return { execute, facts: () => ({ version: version(), platform: platform() }) };
}
