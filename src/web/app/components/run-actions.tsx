import { Form } from "react-router";
import { FormToken } from "./form-token.tsx";

interface Props {
  page: { run: { kind: "claim" | "tool" }; mine: boolean; open: boolean; deletable: boolean };
  over: boolean;
  /** Stops the run without loading the page anew. */
  onCancel(): void;
}

/** What can be done with a run, and who can see it. */
export function RunActions({ page, over, onCancel }: Props) {
  const { run, mine, open, deletable } = page;
  const tool = run.kind === "tool";
  return (
    <Form method="post" className="rerun no-print" preventScrollReset>
      <FormToken />
      {tool && (
        <p className="field-about">
          {!open && "Only you can see this run, in this browser or signed in."}
          {open && mine && "Everyone who has this address can see this run and what it made."}
          {open && !mine && "Shared by whoever ran it."}
        </p>
      )}
      <p className="actions">
        {over && (!tool || mine) && (
          <button type="submit" name="do" value="again" className="button small">
            Run again
          </button>
        )}
        {!over && mine && (
          <button
            type="submit"
            name="do"
            value="stop"
            className="button small"
            onClick={(event) => {
              event.preventDefault();
              onCancel();
            }}
          >
            Cancel
          </button>
        )}
        {tool && mine && (
          <button type="submit" name="do" value={open ? "keep" : "share"} className="button small">
            {open ? "Stop sharing" : "Share"}
          </button>
        )}
        {deletable && (
          <button type="submit" name="do" value="delete" className="button small">
            Delete
          </button>
        )}
      </p>
    </Form>
  );
}
