/** When it was reported that a digest could not be delivered after all. */
export const bouncedStep: readonly string[] = ["alter table livepapers.deliveries add column bounced timestamptz"];
