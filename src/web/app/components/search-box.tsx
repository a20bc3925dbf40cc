import { useEffect, useRef } from "react";
import { Form, useLocation } from "react-router";

/** Whether a key pressed here is typed into something. */
function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The one search box. A slash, pressed anywhere but in a field, leads to it. */
export function SearchBox() {
  const { pathname, search } = useLocation();
  const asked = pathname === "/search" ? (new URLSearchParams(search).get("q") ?? "") : "";
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <Form action="/search" role="search" className="search-box">
      <input
        key={asked}
        ref={box}
        type="search"
        name="q"
        defaultValue={asked}
        placeholder="Search papers"
        aria-label="Search papers"
        aria-keyshortcuts="/"
        autoComplete="off"
        maxLength={400}
      />
    </Form>
  );
}
