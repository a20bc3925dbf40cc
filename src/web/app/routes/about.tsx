import { Link, useLoaderData } from "react-router";
import { servicesOf } from "../../services.ts";
import { VerdictMark } from "../components/verdict-mark.tsx";
import type { PageArgs } from "../server/request.server.ts";

export function loader(args: PageArgs) {
  const { version, papers } = servicesOf(args);
  return { version, papers: papers.length };
}

export default function About() {
  const { version, papers } = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>About · livepapers</title>
      <div className="prose">
        <h1>About livepapers</h1>
        <p className="lede">A paper’s abstract says that a method works. Here you can look.</p>
        <p>
          livepapers is a list of {papers} machine-learning papers, a TypeScript library of their methods and a command,
          in one package that runs on your own machine. Every paper has a summary in plain words and its headline claim,
          written as an experiment that can fail. Where the claim runs, one button measures it live against real
          baselines, and the method takes your own file.
        </p>
        <h2>What a verdict means</h2>
        <p>
          A claim has parts, and each part has an inequality that was written down before anything ran. A run measures
          both sides over several seeds and lets the inequality decide; a part may hold, not hold, or stay inconclusive
          while the interval contains the threshold. One without an inequality is only shown. The claim follows from its
          required parts:
        </p>
        <dl>
          <dt>
            <VerdictMark outcome="holds" />
          </dt>
          <dd>Every required part holds.</dd>
          <dt>
            <VerdictMark outcome="partly holds" />
          </dt>
          <dd>Some required parts hold and others do not.</dd>
          <dt>
            <VerdictMark outcome="does not hold" />
          </dt>
          <dd>No required part holds.</dd>
          <dt>
            <VerdictMark outcome="inconclusive" />
          </dt>
          <dd>The runs so far cannot tell.</dd>
        </dl>
        <p>
          The experiments are small: they run in seconds to minutes on two cores, on data that ships with the package or
          is generated. They test the mechanism a paper claims, not its largest table. A verdict that differs from the
          paper is a finding about this setting, and every run says which setting that was.
        </p>
        <h2>What is kept</h2>
        <p>
          A run keeps its parameters, seed, version, platform, every event, and its verdict, and stays at its address.
          The same seed and parameters on the same platform give the same numbers. Runs made in a reader’s browser are
          marked as such and do not count towards the verdict of the list.
        </p>
        <h2>Your files</h2>
        <p>
          In the browser, a tool works on your file without sending it anywhere. On the server, the file and what came
          of it are for you alone until you share the run: for a week, or with an account until you delete them. The
          pages load nothing from other machines.
        </p>
        <h2 id="people">What is kept about you</h2>
        <p>
          Without an account: a cookie with a random number, for half a year, so that your browser finds its own runs
          and no other site can press a button here in your name; and a code made of your network address, which nobody
          can turn back, with the runs you start and the papers you read, so that one household does not count as a
          crowd.
        </p>
        <p>
          With an account: your mail address, and what you vote for, bookmark, tag, follow, read, run and answer “For
          you”, for as long as the account is there; answers can be taken back before. A sign-in lasts thirty days.{" "}
          <Link to="/me">Your page</Link> has all of it to take along and a button that deletes it. Nothing goes to
          anyone else.
        </p>
        <p>
          Who subscribes to trending papers by mail leaves an address and the choices made with it, until unsubscribing;
          it needs no account.
        </p>
        <h2 id="write">Make a paper run</h2>
        <p>
          A paper is one folder with four files: its card, its method, its claim and its tool.{" "}
          <code>npx livepapers new your-slug --field model-merging</code> makes them, each with a test that says what to
          write. The contributing guide, <code>CONTRIBUTING.md</code> beside the sources, has the rules, and{" "}
          <code>docs/writing-a-paper.md</code> walks through a finished one. A paper that was imported before and then
          runs stays one entry, with the votes it has.
        </p>
        <h2>From a terminal</h2>
        <p>
          <code>npx livepapers list</code> names the papers, <code>npx livepapers reproduce system-ranking</code>{" "}
          measures a claim, <code>npx livepapers apply system-ranking scores.csv</code> uses a method on a file.
        </p>
        <p className="paper-meta">Version {version}, MIT licence.</p>
      </div>
    </div>
  );
}
