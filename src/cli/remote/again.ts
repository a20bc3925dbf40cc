import { ApiError } from "../../api/client.ts";
import { pause } from "../until.ts";
import { isPassing } from "./faults.ts";

/** How often something is asked for; with the pauses between it is long enough for a server that starts again. */
const tries = 5;
const longestPauseMs = 15_000;

export interface AgainOptions {
  signal?: AbortSignal | undefined;
  /** Before the second try; it doubles with each. 1000 without. */
  pauseMs?: number | undefined;
  /** Whether trying again may help; without, for a lost connection and for a server in trouble or with too much to do. */
  passing?: (error: unknown) => boolean;
  /** Called before each pause. */
  onPause?: () => void;
}

/** Does something again while what is in the way may pass; throws the last fault. */
export async function again<T>(
  work: () => Promise<T>,
  { signal, pauseMs = 1000, passing = isPassing, onPause }: AgainOptions = {},
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !passing(error) || failures >= tries) throw error;
      onPause?.();
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
      await pause(Math.min(Math.max(pauseMs * 2 ** (failures - 1), asked), longestPauseMs), signal);
    }
  }
}
