import { Form, useLocation } from "react-router";
import type { Marks } from "../server/marks.server.ts";
import { FormToken } from "./form-token.tsx";

const formId = "marks";

/** The one form that all buttons below belong to; stands once in every page. */
export function MarksForm() {
  const { pathname, search } = useLocation();
  return (
    <Form id={formId} method="post" action="/marks" preventScrollReset replace hidden>
      <FormToken />
      <input type="hidden" name="back" value={pathname + search} />
    </Form>
  );
}

interface ButtonProps {
  does: string;
  pressed: boolean;
  /** The element that names what it is about. */
  about?: string | undefined;
  large?: boolean;
  children: React.ReactNode;
}

function MarkButton({ does, pressed, about, large = false, children }: ButtonProps) {
  return (
    <button
      type="submit"
      form={formId}
      name="do"
      value={does}
      className={large ? "button mark-button" : "mark-button"}
      aria-pressed={pressed}
      aria-describedby={about}
    >
      {children}
    </button>
  );
}

/** Vote and bookmark of a paper. `about` is the id of the element with its title. */
export function PaperMarks({
  slug,
  marks,
  about,
  large = false,
}: {
  slug: string;
  /** Absent where they could not be had. */
  marks: Marks | undefined;
  about?: string;
  large?: boolean;
}) {
  if (!marks) return null;
  const { votes, voted, saved } = marks;
  return (
    <span className="paper-marks no-print">
      <MarkButton does={`${voted ? "unvote" : "vote"} ${slug}`} pressed={voted} about={about} large={large}>
        <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
          <path
            d="M8 3 14 12.5H2z"
            fill={voted ? "currentColor" : "none"}
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinejoin="round"
          />
        </svg>
        <span className={large ? undefined : "hidden-text"}>Vote</span>
        <span className="tally">
          {votes}
          <span className="hidden-text">{votes === 1 ? " vote" : " votes"}</span>
        </span>
      </MarkButton>
      <MarkButton does={`${saved ? "unsave" : "save"} ${slug}`} pressed={saved} about={about} large={large}>
        <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
          <path
            d="M3.5 1.75h9v12.5L8 10.75l-4.5 3.5z"
            fill={saved ? "currentColor" : "none"}
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinejoin="round"
          />
        </svg>
        <span className={large ? undefined : "hidden-text"}>Bookmark</span>
      </MarkButton>
    </span>
  );
}

/** Follows a field, or no longer. */
export function FollowButton({ field, follows }: { field: string; follows: boolean }) {
  return (
    <MarkButton does={`${follows ? "unfollow" : "follow"} ${field}`} pressed={follows} large>
      {follows ? "Following" : "Follow this field"}
    </MarkButton>
  );
}
