import { get, type IncomingMessage } from "node:http";

/** What became of the viewers of one run. */
export interface ViewersResult {
  viewers: number;
  /** Messages of the run, its outcome included. */
  messages: number;
  /** Messages that a viewer did not get, got twice, or got out of order, of all viewers together. */
  lost: number;
  doubled: number;
  disordered: number;
  /** Viewers whose connection ended with an error or before the outcome. */
  broken: number;
  /** Milliseconds from the end of the first viewer to that of the last. */
  spread: number;
  /** Milliseconds from the run's outcome, as its record has it, to the last viewer's. */
  lastAfterEnd: number;
}

interface Viewer {
  /** Resolves once the first bytes have come. */
  opened: Promise<void>;
  done: Promise<{ ids: string[]; at: number; whole: boolean }>;
}

/** Follows a run over a connection of its own, as a page does. */
function follow(url: string): Viewer {
  const ids: string[] = [];
  let opened = (): void => {};
  let ended = (_: { ids: string[]; at: number; whole: boolean }): void => {};
  const viewer: Viewer = {
    opened: new Promise((resolve) => {
      opened = resolve;
    }),
    done: new Promise((resolve) => {
      ended = resolve;
    }),
  };
  const end = (): void => {
    opened();
    ended({ ids, at: Date.now(), whole: ids.at(-1)?.endsWith("-end") ?? false });
  };
  const hear = (response: IncomingMessage): void => {
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      opened();
      const frames = (rest + chunk).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const id = /^id: (.*)$/m.exec(frame)?.[1];
        if (id !== undefined) ids.push(id);
      }
    });
    response.on("end", end);
    response.on("error", end);
  };
  get(url, { agent: false, headers: { Accept: "text/event-stream" } }, hear).on("error", end);
  return viewer;
}

/** What a viewer's list of ids has too little, too much and in the wrong place, beside what it should be. */
export function compare(ids: readonly string[], expected: readonly string[]) {
  const seen = new Set(ids);
  const lost = expected.filter((id) => !seen.has(id)).length;
  const doubled = ids.length - seen.size;
  const places = new Map(expected.map((id, place) => [id, place]));
  let [disordered, last] = [0, -1];
  for (const id of seen) {
    const place = places.get(id) ?? -1;
    if (place < last || place < 0) disordered += 1;
    last = Math.max(last, place);
  }
  return { lost, doubled, disordered };
}

/**
 * Lets `viewers` clients follow a run from its beginning to its outcome, over connections opened within `openMs`. `opened` is called when all see it. What
 * each got is held against what one viewer gets afterwards.
 */
export async function watchRun(
  site: string,
  id: string,
  viewers: number,
  { opened = async () => {}, openMs = 5000 }: { opened?: () => Promise<void>; openMs?: number } = {},
): Promise<ViewersResult> {
  const address = `${site}/api/v1/runs/${id}/events`;
  const all: Viewer[] = [];
  for (let i = 0; i < viewers; i++) {
    all.push(follow(address));
    if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, (20 * openMs) / viewers));
  }
  await Promise.all(all.map((viewer) => viewer.opened));
  await opened();
  const ended = await Promise.all(all.map((viewer) => viewer.done));
  const { ids: expected } = await follow(address).done;
  const record = (await (await fetch(`${site}/api/v1/runs/${id}`)).json()) as { finished: string | null };
  const at = ended.map((end) => end.at);
  const sums = { lost: 0, doubled: 0, disordered: 0 };
  for (const { ids } of ended) {
    const { lost, doubled, disordered } = compare(ids, expected);
    sums.lost += lost;
    sums.doubled += doubled;
    sums.disordered += disordered;
  }
  return {
    viewers,
    messages: expected.length,
    ...sums,
    broken: ended.filter(({ whole }) => !whole).length,
    spread: Math.max(...at) - Math.min(...at),
    lastAfterEnd: Math.max(...at) - Date.parse(record.finished ?? ""),
  };
}
