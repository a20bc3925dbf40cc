export const themes = ["auto", "light", "dark"] as const;
/** `auto` follows the system. */
export type Theme = (typeof themes)[number];

export function isTheme(value: unknown): value is Theme {
  return themes.some((theme) => theme === value);
}

/** The theme a request asks for, kept in a cookie so that the first byte already has it. */
export function themeOf(cookies: string | null): Theme {
  const value = /(?:^|;\s*)theme=([a-z]+)/.exec(cookies ?? "")?.[1];
  return isTheme(value) ? value : "auto";
}

/** The theme that the switch goes to next. */
export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? "auto";
}
