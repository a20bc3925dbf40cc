import { blobFile } from "../../../kit/files.ts";
import type { LabelAnswer, LabelSession } from "../../../kit/label-session.ts";
import type { FilesByRole } from "./api.ts";

/** A labelling session as this browser keeps it: enough to go on after the page was closed. */
export interface KeptSession {
  /** The stream's name and text; without text it was too large to keep and must be chosen again. */
  name: string;
  text: string | null;
  options: Record<string, unknown>;
  answers: LabelAnswer[];
  identity: Record<string, unknown>;
}

/** Largest stream that is kept beside its labels. */
const mostText = 1_000_000;
const seed = 1;

const prefix = (slug: string, tool: string): string => `livepapers labels ${slug} ${tool} `;

function keyOf(slug: string, tool: string, identity: Record<string, unknown>): string {
  return prefix(slug, tool) + JSON.stringify(identity);
}

/** What the browser's storage gives; undefined where it refuses, because it is full or turned off. */
function tryStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(localStorage); // to name it can throw, too
  } catch {
    return undefined;
  }
}

/** Sessions of a tool that this browser keeps. */
export function keptSessions(slug: string, tool: string): KeptSession[] {
  const start = prefix(slug, tool);
  const keys = tryStorage((storage) => Object.keys(storage)) ?? [];
  return keys
    .filter((key) => key.startsWith(start))
    .flatMap((key) => {
      // What is not ours, or cut off, is left out.
      const session = tryStorage((storage) => JSON.parse(storage.getItem(key) ?? "") as KeptSession);
      return session ? [session] : [];
    });
}

/**
 * A session under way in this page; every answer is kept before the next question is shown. Where the browser refuses to keep
 * them the session goes on in memory, and `isKept` says so.
 */
export class KeptLabelling {
  readonly session: LabelSession;
  readonly kept: KeptSession;
  readonly #key: string;
  #isKept = false;

  constructor(session: LabelSession, kept: KeptSession, key: string) {
    this.session = session;
    this.kept = kept;
    this.#key = key;
    this.#keep();
  }

  answer(label: string | null): void {
    this.session.answer(label);
    this.#keep();
  }

  /** Whether all answers so far would survive a reload. */
  get isKept(): boolean {
    return this.#isKept;
  }

  #keep(): void {
    const text = JSON.stringify({ ...this.kept, answers: this.session.answers });
    this.#isKept =
      tryStorage((storage) => {
        storage.setItem(this.#key, text);
        return true;
      }) ?? false;
  }

  forget(): void {
    tryStorage((storage) => storage.removeItem(this.#key));
  }

  /** The file that the command keeps and the tool takes. */
  file(): Blob {
    const lines = [{ format: "livepapers labels", identity: this.session.identity }, ...this.session.answers];
    return new Blob([lines.map((line) => `${JSON.stringify(line)}\n`).join("")], { type: "application/x-ndjson" });
  }
}

/** Opens a session on the reader's files, going on from the answers kept for it. Loads the paper's code. */
export async function labelHere(
  slug: string,
  toolName: string,
  files: FilesByRole,
  options: Record<string, unknown>,
): Promise<KeptLabelling> {
  const [{ getExperiment }, { parseParams }] = await Promise.all([
    import("../../../papers/catalogue.ts"),
    import("../../../kit/params.ts"),
  ]);
  const { tools = [] } = (await getExperiment(slug).tool?.()) ?? {};
  const tool = tools.find(({ name }) => name === toolName);
  if (!tool?.session) throw new Error(`${toolName} asks for no labels`);
  const params = parseParams(tool.options, options);
  const input = Object.fromEntries(
    tool.inputs.map(({ name }) => [name, (files[name] ?? []).map((file) => blobFile(file.name, file))]),
  );
  const fresh = await tool.session(input, params, { seed, answers: [] });
  const key = keyOf(slug, toolName, fresh.identity);
  const stored = tryStorage((storage) => storage.getItem(key)) ?? null;
  const answers = stored === null ? [] : (JSON.parse(stored) as KeptSession).answers;
  const session = answers.length > 0 ? await tool.session(input, params, { seed, answers }) : fresh;
  const [stream] = Object.values(files).flat();
  const text = stream && stream.size <= mostText ? await stream.text() : null;
  return new KeptLabelling(
    session,
    { name: stream?.name ?? "", text, options, answers: [], identity: fresh.identity },
    key,
  );
}
