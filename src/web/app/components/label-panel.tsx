import { type FormEvent, useEffect, useRef, useState } from "react";
import type { FilesByRole } from "../lib/api.ts";
import { type KeptLabelling, type KeptSession, keptSessions, labelHere } from "../lib/label-here.ts";

interface Props {
  slug: string;
  tool: string;
  /** The role of the stream. */
  role: string;
  files: FilesByRole;
  options: Record<string, unknown>;
  disabled: boolean;
}

/** Asks for labels, one record at a time, in this page; what is answered stays in this browser and survives a reload. */
export function LabelPanel({ slug, tool, role, files, options, disabled }: Props) {
  const [labelling, setLabelling] = useState<KeptLabelling>();
  const [kept, setKept] = useState<KeptSession[]>([]);
  const [trouble, setTrouble] = useState<string>();
  const [, setCount] = useState(0);

  useEffect(() => setKept(keptSessions(slug, tool)), [slug, tool]);

  const open = async (given: FilesByRole, chosen: Record<string, unknown>): Promise<void> => {
    setTrouble(undefined);
    try {
      setLabelling(await labelHere(slug, tool, given, chosen));
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  };
  const goOn = (session: KeptSession): void => {
    if (session.text !== null) void open({ [role]: [new File([session.text], session.name)] }, session.options);
  };
  const answer = (label: string | null): void => {
    labelling?.answer(label);
    setCount((count) => count + 1);
  };
  const stop = (): void => {
    setLabelling(undefined);
    setKept(keptSessions(slug, tool));
  };
  return (
    <section className="labelling" aria-label="Label here">
      {!labelling && (
        <div className="run-actions">
          <button type="button" className="button" disabled={disabled} onClick={() => void open(files, options)}>
            Label here, one by one
          </button>
          {kept
            .filter((session) => session.text !== null)
            .map((session) => (
              <button
                key={JSON.stringify(session.identity)}
                type="button"
                className="button"
                onClick={() => goOn(session)}
              >
                Go on with {session.name}, {session.answers.length} answered
              </button>
            ))}
        </div>
      )}
      {trouble && (
        <p className="refusal" role="alert">
          {trouble}
        </p>
      )}
      {labelling && <Labelling labelling={labelling} onAnswer={answer} onStop={stop} />}
    </section>
  );
}

function Labelling({
  labelling,
  onAnswer,
  onStop,
}: {
  labelling: KeptLabelling;
  onAnswer(label: string | null): void;
  onStop(): void;
}) {
  const { session, kept } = labelling;
  const question = session.question();
  const heading = useRef<HTMLHeadingElement>(null);
  const [other, setOther] = useState("");
  const row = question?.row;

  // The next question is read out, and the keyboard is at its start.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new row is a new question
  useEffect(() => heading.current?.focus(), [row]);

  const download = (): void => {
    const url = URL.createObjectURL(labelling.file());
    const link = document.createElement("a");
    link.href = url;
    link.download = `${kept.name.replace(/\.[^.]*$/, "")}.labels.jsonl`;
    link.click();
    URL.revokeObjectURL(url);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (other.trim() === "") return;
    onAnswer(other);
    setOther("");
  };
  return (
    <div className="run-form">
      <h3 ref={heading} tabIndex={-1}>
        {question ? `Question ${session.answers.length + 1}: ${question.place}` : "Nothing more to ask"}
      </h3>
      {question && (
        <>
          <dl className="facts">
            {question.fields.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {question.guess && (
            <p className="field-about">
              The model guesses {question.guess.label} ({Math.round(100 * question.guess.confidence)}%).
            </p>
          )}
          <div className="run-actions">
            {question.classes.map((label) => (
              <button key={label} type="button" className="button primary" onClick={() => onAnswer(label)}>
                {label}
              </button>
            ))}
            <button type="button" className="button" onClick={() => onAnswer(null)}>
              Skip
            </button>
          </div>
          <form className="run-actions" onSubmit={submit}>
            <div className="field">
              <label htmlFor="new-class">Another class</label>
              <input id="new-class" value={other} onChange={(event) => setOther(event.target.value)} />
            </div>
            <button type="submit" className="button" disabled={other.trim() === ""}>
              Answer
            </button>
          </form>
        </>
      )}
      <p className="field-about" aria-live="polite">
        {session.summary()}{" "}
        {labelling.isKept
          ? "The answers are kept in this browser and sent nowhere."
          : "This browser refuses to keep the answers: they are lost when the page is left. Download them before."}
      </p>
      <div className="run-actions">
        <button type="button" className="button" disabled={session.answers.length === 0} onClick={download}>
          Download the labels
        </button>
        <button type="button" className="button" onClick={onStop}>
          Stop
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            labelling.forget();
            onStop();
          }}
        >
          Forget these answers
        </button>
      </div>
    </div>
  );
}
