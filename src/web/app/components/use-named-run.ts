import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";

/**
 * The run that the page's address names (`?run=…`), and a function that names another or none.
 * A reader may have turned to another page before a run has its id: that page's address is not touched.
 */
export function useNamedRun(): [watched: string | null, name: (id: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const here = useRef(false);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const name = (id: string | null): void => {
    if (!here.current) return;
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (id) next.set("run", id);
        else next.delete("run");
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  };
  return [search.get("run"), name];
}
