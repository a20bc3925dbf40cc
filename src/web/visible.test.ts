import { expect, it } from "vitest";
import { catalogue } from "../papers/catalogue.ts";
import { embeddedStore } from "../store/embedded-testing.ts";
import { hideCard, unhideCard } from "../store/hidden.ts";
import { VisiblePapers } from "./visible.ts";

const store = embeddedStore();

it("a card is hidden under its slug, and under the arXiv id that it had before it was one", async () => {
  const { db } = store();
  const [first, second, third] = catalogue.map(({ card }) => card);
  if (!first || !second || !third) throw new Error("the catalogue is empty");
  const visible = new VisiblePapers(db, catalogue, () => {});
  const shown = async () => new Set((await visible.papers()).map(({ card }) => card.slug));
  await hideCard(db, first.slug, "spam");
  await hideCard(db, second.arxiv, "spam");
  const slugs = await shown();
  expect([first, second, third].map(({ slug }) => slugs.has(slug))).toEqual([false, false, true]);
  expect(await Promise.all([first, second, third].map(({ slug }) => visible.hides(slug)))).toEqual([true, true, false]);
  await unhideCard(db, second.arxiv);
  visible.forget();
  expect(await visible.hides(second.slug)).toBe(false);
});
