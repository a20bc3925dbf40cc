import { useFetcher, useLocation } from "react-router";
import { isTheme, nextTheme, type Theme } from "../lib/theme.ts";
import { FormToken } from "./form-token.tsx";

const words: Record<Theme, string> = { auto: "as the system", light: "light", dark: "dark" };

/** The theme in force: the stored one, or the one just asked for. */
export function useTheme(stored: Theme): Theme {
  const asked = useFetcher({ key: "theme" }).formData?.get("theme");
  return isTheme(asked) ? asked : stored;
}

/** Goes round as the system, light, dark. A form: works without scripts too. */
export function ThemeSwitch({ theme }: { theme: Theme }) {
  const fetcher = useFetcher({ key: "theme" });
  const { pathname, search } = useLocation();
  const next = nextTheme(theme);
  const label = `Colours: ${words[theme]}. Change to ${words[next]}.`;
  return (
    <fetcher.Form method="post" action="/theme" className="theme-switch">
      <FormToken />
      <input type="hidden" name="theme" value={next} />
      <input type="hidden" name="back" value={pathname + search} />
      <button type="submit" className="icon-button" title={label} aria-label={label}>
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          {theme === "light" && (
            <>
              <circle cx="10" cy="10" r="3.6" fill="currentColor" />
              <path
                d="M10 1.5v2.5m0 12v2.5M1.5 10h2.5m12 0h2.5M4 4l1.8 1.8m8.4 8.4L16 16M16 4l-1.8 1.8m-8.4 8.4L4 16"
                stroke="currentColor"
                strokeWidth="1.5"
              />
            </>
          )}
          {theme === "dark" && <path d="M16.5 12.3A7 7 0 0 1 7.7 3.5a7 7 0 1 0 8.8 8.8z" fill="currentColor" />}
          {theme === "auto" && (
            <>
              <circle cx="10" cy="10" r="6.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
              <path d="M10 3.25a6.75 6.75 0 0 1 0 13.5z" fill="currentColor" />
            </>
          )}
        </svg>
      </button>
    </fetcher.Form>
  );
}
