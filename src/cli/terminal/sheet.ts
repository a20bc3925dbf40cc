/** Colours by meaning; every function returns its text unchanged where colours are off. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  open(text: string): string;
  accent(text: string): string;
}

/** Something text is written on: standard output, standard error, or a test's buffer. */
export interface Sheet {
  write(text: string): void;
  line(text?: string): void;
  readonly columns: number;
  readonly tty: boolean;
  readonly paint: Paint;
}

export function createPaint(colours: boolean): Paint {
  const style =
    (open: number, close: number) =>
    (text: string): string =>
      colours && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    good: style(32, 39),
    bad: style(31, 39),
    open: style(33, 39),
    accent: style(36, 39),
  };
}

/** A sheet over any `write`; 80 columns and no colours unless told otherwise. */
export function createSheet(write: (text: string) => void, { columns = 80, tty = false, colours = false } = {}): Sheet {
  return { write, line: (text = "") => write(`${text}\n`), columns, tty, paint: createPaint(colours) };
}

/** The sheet of a process stream. `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are honoured; a pipe is 100 columns wide. */
export function streamSheet(stream: NodeJS.WriteStream): Sheet {
  const tty = stream.isTTY === true;
  const base = createSheet((text) => stream.write(text), { tty, colours: tty && stream.hasColors() });
  return {
    ...base,
    get columns() {
      return Math.max(40, (tty ? stream.columns : undefined) ?? 100);
    },
  };
}
