import type { RunServiceOptions } from "../../runs/service.ts";
import type { Tell } from "../../store/tell.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Lines of the server's parts for the log; faults are counted. */
export function tellOf(logger: Logger, metrics: Pick<Metrics, "error">): Tell {
  return (line, weight = "info") => {
    if (weight === "error") metrics.error();
    logger[weight](line);
  };
}

/** What the run service says, into the log and the measures. */
export function runReports(logger: Logger, metrics: Metrics): Required<Pick<RunServiceOptions, "log" | "onEnd">> {
  return {
    log({ message, stack, weight = stack === undefined ? "info" : "error" }) {
      if (weight === "error") metrics.error();
      logger[weight](stack === undefined ? {} : { stack }, message);
    },
    onEnd(ended) {
      metrics.runEnded(ended);
      logger.debug(ended, `run ${ended.id} ended: ${ended.status}`);
    },
  };
}
