/** An import that cannot go on. The message is one sentence for the reader; what was stored stays, and the same command goes on from there. */
export class ImportFailed extends Error {
  override readonly name = "ImportFailed";
}

/** What may come right when it is asked again: a busy server, a broken answer. */
export class Passing extends Error {
  override readonly name = "Passing";
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** One entry that is left out, and why. */
export class BadEntry extends Error {
  override readonly name = "BadEntry";
}
