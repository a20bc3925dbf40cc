import type { Paper } from "../kit/paper.ts";
import { hiddenCards } from "../store/hidden.ts";
import { type Db, reasonOf } from "../store/store.ts";
import type { Tell } from "../store/tell.ts";

/** How old what is known of hidden cards may be: every page asks. */
const knownMs = 1000;

/** The papers without those that the administrator has hidden. */
export class VisiblePapers {
  readonly #db: Db;
  readonly #all: readonly Paper[];
  readonly #log: Tell;
  #shown: readonly Paper[];
  #hidden: ReadonlySet<string> = new Set();
  #asked: { at: number; done: Promise<void> } | undefined;

  constructor(db: Db, all: readonly Paper[], log: Tell) {
    this.#db = db;
    this.#all = all;
    this.#shown = all;
    this.#log = log;
  }

  /** The same array as long as nothing changes. When the database does not answer, what was known last: the page itself will say what is wrong. */
  async papers(): Promise<readonly Paper[]> {
    if (!this.#asked || performance.now() - this.#asked.at > knownMs) {
      this.#asked = { at: performance.now(), done: this.#ask() };
    }
    await this.#asked.done;
    return this.#shown;
  }

  async hides(slug: string): Promise<boolean> {
    const shown = await this.papers();
    const isCard = this.#all.some(({ card }) => card.slug === slug);
    return isCard ? !shown.some(({ card }) => card.slug === slug) : this.#hidden.has(slug);
  }

  /** What is known is no longer so. */
  forget(): void {
    this.#asked = undefined;
  }

  async #ask(): Promise<void> {
    try {
      const slugs = new Set((await hiddenCards(this.#db)).map(({ slug }) => slug));
      const same = slugs.size === this.#hidden.size && [...slugs].every((slug) => this.#hidden.has(slug));
      if (same) return;
      this.#hidden = slugs;
      // One that was imported before it had a card was hidden under its arXiv id.
      this.#shown = this.#all.filter(({ card }) => !slugs.has(card.slug) && !slugs.has(card.arxiv));
    } catch (error) {
      this.#log(`hidden cards: ${reasonOf(error)}`, "error");
    }
  }
}
