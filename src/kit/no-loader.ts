const refuse = (uri: string): Promise<never> => Promise.reject(new Error(`a chart may not load ${uri}`));

/** A loader for Vega that loads nothing and makes no link: a chart draws what it carries. */
export const noLoader = {
  load: refuse,
  http: refuse,
  file: refuse,
  // The attributes of a link, without an address. A rejection would go unhandled in Vega's writer of SVG.
  sanitize: (): Promise<{ href: string }> => Promise.resolve({} as { href: string }),
};
