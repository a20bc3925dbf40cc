/** Bytes of a file from `start` on, up to `end` where it is given (not included). */
export interface ByteRange {
  start: number;
  end?: number;
}

/**
 * Where the bytes of runs' files are kept when it is not the database. A place is a path of letters, digits, "-" and "/", such as "RUN/in/0-x7d2"; what is
 * at one never changes.
 */
export interface FileHome {
  /** For messages. */
  readonly name: string;
  /** Rejects with `BadInput` when files cannot be kept here. */
  check(): Promise<void>;
  /** Puts a file there, whole or not at all. */
  put(place: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  /** The bytes of a file, a piece at a time. Throws `MissingFile`. */
  read(place: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Removes a file, also one that is not there. */
  delete(place: string): Promise<void>;
  /** The places below a folder, such as "RUN". */
  list(folder: string): Promise<string[]>;
}

/** A file that should be there and is not. */
export class MissingFile extends Error {
  override readonly name = "MissingFile";
  constructor(place: string, home: string) {
    super(`${place} is not in ${home}`);
  }
}

/** A path that leads nowhere else. */
export function checkPlace(place: string): string {
  if (/^\w[\w-]*(?:\/\w[\w-]*)*$/.test(place)) return place;
  throw new Error(`"${place}" is not a place for a file`);
}
