import { Form, Link, redirect, useLoaderData } from "react-router";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { FormToken } from "../components/form-token.tsx";
import { OwnAnswers } from "../components/own-answers.tsx";
import { PaperList } from "../components/paper-list.tsx";
import { Questions } from "../components/questions.tsx";
import { entryLine } from "../server/feed.server.ts";
import { sentForm, textOf } from "../server/form.server.ts";
import { marksOf } from "../server/marks.server.ts";
import { listedSlug, paperNames } from "../server/papers.server.ts";
import { signInFirst } from "../server/person.server.ts";
import { type PageArgs, refuse } from "../server/request.server.ts";

/** What is somebody's is kept by no cache. */
export function headers() {
  return { "Cache-Control": "private, no-store" };
}

export async function loader(args: PageArgs) {
  const { library, papers, verdicts } = servicesOf(args);
  const { person } = readerOf(args);
  if (!person) return { person: false as const };
  if (!(await library.wantsForYou(person)))
    return { person: true as const, on: false as const, kept: (await library.answers(person)).length };
  const [{ entries, questions, counts }, answers, known] = await Promise.all([
    library.forYou(person),
    library.answers(person),
    verdicts(),
  ]);
  const nameOf = await paperNames(
    args,
    answers.map(({ slug }) => slug),
  );
  return {
    person: true as const,
    on: true as const,
    counts,
    questions: questions.map((paper) => entryLine(paper, papers, known)),
    answers: answers.map(({ slug, wouldRead }) => ({ ...nameOf(slug), wouldRead })),
    papers: entries.map(({ paper, chance, because }) => ({
      ...entryLine(paper, papers, known),
      own: { percent: Math.round(100 * chance), because },
    })),
    marks: await marksOf(
      args,
      entries.map(({ paper }) => paper.slug),
    ),
  };
}

/** `do` is "yes SLUG", "no SLUG", "back SLUG" (takes an answer back), "forget", "off" or "on". */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const { person } = readerOf(args);
  if (!person) return signInFirst("/for-you");
  const { library } = servicesOf(args);
  const [, what = "", name] = /^(\w+)(?: (\S{1,120}))?$/.exec(textOf(form, "do")) ?? [];
  if (what === "on" || what === "off") await library.wishForYou(person, what === "on");
  else if (what === "forget") await library.forgetAnswers(person);
  else if (what === "back" && name !== undefined) await library.forgetAnswers(person, name);
  else if ((what === "yes" || what === "no") && name !== undefined) {
    const slug = await listedSlug(args, name);
    if (slug === undefined) return refuse(404, "There is no such paper here.");
    // A page from before it was switched off still has the buttons: nothing is kept then.
    if (await library.wantsForYou(person)) await library.answer(person, slug, what === "yes");
  } else return refuse(400, "That is not something to do on this page.");
  return redirect("/for-you", 303);
}

export default function ForYou() {
  const page = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>For you · livepapers</title>
      <header className="list-head">
        <h1>For you</h1>
        <p className="lede">
          A ranking of the latest papers that only you see, learnt from your votes, your bookmarks and what you answer
          here. It is made anew at every visit and kept nowhere.
        </p>
        {!page.person && (
          <p>
            <Link to="/sign-in?next=/for-you">Sign in</Link> to have one.
          </p>
        )}
      </header>
      {page.person && !page.on && (
        <Form method="post" className="for-you-switch">
          <FormToken />
          <p>It is switched off: nothing is learnt, and nothing is asked.</p>
          <button type="submit" name="do" value="on" className="button">
            Switch it on
          </button>
          {page.kept > 0 && (
            <p>
              {page.kept === 1 ? "The answer you gave is" : `The ${page.kept} answers you gave are`} still kept.{" "}
              <button type="submit" name="do" value="forget" className="link-button">
                Delete all answers
              </button>
            </p>
          )}
        </Form>
      )}
      {page.person && page.on && (
        <>
          <Questions papers={page.questions} />
          <section aria-labelledby="own-ranking" className="field-papers">
            <h2 id="own-ranking">Your ranking</h2>
            {page.papers.length === 0 ? (
              <p className="aside-note">
                There is nothing to learn from yet: answer a question above, or vote for a paper or bookmark it.
              </p>
            ) : (
              <PaperList papers={page.papers} marks={page.marks} heading="h3" />
            )}
          </section>
          <OwnAnswers answers={page.answers} counts={page.counts} />
        </>
      )}
    </div>
  );
}
