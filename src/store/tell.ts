/** What a line of the operator's log is: what happened, what may want a look or mends itself, or a fault. */
export type Weight = "info" | "warn" | "error";

/** Takes a line for the operator's log, as `info` without a weight. */
export type Tell = (line: string, weight?: Weight) => void;
