/** When the last bytes of a digest were about to go, so that a process that dies then does not leave a second one. */
export const handedStep: readonly string[] = ["alter table livepapers.deliveries add column handed timestamptz"];
