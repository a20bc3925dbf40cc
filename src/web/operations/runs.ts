import type { RunServiceOptions } from "../../runs/service.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** What the run service says, into the log and the measures. */
export function runReports(logger: Logger, metrics: Metrics): Required<Pick<RunServiceOptions, "log" | "onEnd">> {
  return {
    log({ message, stack }) {
      if (stack === undefined) return logger.info(message);
      metrics.error();
      logger.error({ stack }, message);
    },
    onEnd(ended) {
      metrics.runEnded(ended);
      logger.debug(ended, `run ${ended.id} ended: ${ended.status}`);
    },
  };
}
