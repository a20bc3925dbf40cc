/** A browser as far as the server sees it: cookies, and the token of its forms. */
export interface Visitor {
  cookie: string;
  token: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a form of a page, and does not follow where it leads. */
  send(path: string, form?: Record<string, string>): Promise<Response>;
}

const pair = (set: string): [string, string] => {
  const [name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set)?.slice(1) ?? [];
  return [name, value];
};

/** Opens a first page of the site at `url`. Cookies that answers set are kept. */
export async function visitor(url: string): Promise<Visitor> {
  const jar = new Map<string, string>();
  const cookie = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const keep = (response: Response): Response => {
    for (const [name, value] of response.headers.getSetCookie().map(pair)) {
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  const page = keep(await fetch(url, { headers: { Accept: "text/html" } }));
  const token = /name="form-token" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  const own = async (path: string, init: RequestInit = {}): Promise<Response> =>
    keep(await fetch(url + path, { ...init, headers: { Cookie: cookie(), Origin: url, ...init.headers } }));
  return {
    token,
    get cookie() {
      return cookie();
    },
    fetch: own,
    send: (path, form = {}) =>
      own(path, {
        method: "POST",
        body: new URLSearchParams({ "form-token": token, ...form }),
        redirect: "manual",
      }),
  };
}
