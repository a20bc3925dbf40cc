/** An arXiv id without its version, e.g. "2202.03799" or "cs/0501001", and the version where one was given. */
export interface ArxivId {
  id: string;
  version?: number;
}

const modern = /^(\d{2})(\d{2})\.(\d{4,5})$/;
const old = /^[a-z][a-z-]*(?:\.[A-Z]{2})?\/(\d{2})(\d{2})(\d{3})$/;

/** Reads an id as it stands in addresses, citations and files; undefined when it is none. */
export function parseArxivId(text: string): ArxivId | undefined {
  const bare = text
    .trim()
    .replace(/^(?:https?:\/\/)?(?:www\.|export\.)?arxiv\.org\/(?:abs|pdf|html)\//i, "")
    .replace(/^arxiv:\s*/i, "")
    .replace(/\.pdf$/i, "");
  const [, id = "", version] = /^(.*?)(?:v([1-9]\d{0,3}))?$/.exec(bare) ?? [];
  if (serialOf(id) === undefined) return undefined;
  return version === undefined ? { id } : { id, version: Number(version) };
}

/**
 * A number that grows with the age of ids: $10^7 (100 y + m) + n$ for the n-th paper of month m of year y. Undefined for what is no id. Old ids of
 * different archives may share one.
 */
export function serialOf(id: string): number | undefined {
  const [, year, month, number] = modern.exec(id) ?? old.exec(id) ?? [];
  if (year === undefined || month === undefined || number === undefined) return undefined;
  if (Number(month) < 1 || Number(month) > 12) return undefined;
  const century = Number(year) >= 91 ? 1900 : 2000; // arXiv began in 1991
  return ((century + Number(year)) * 100 + Number(month)) * 1e7 + Number(number);
}

/** The year and month an id was given, as the first day of that month. */
export function monthOf(serial: number): string {
  const month = Math.floor(serial / 1e7);
  return `${Math.floor(month / 100)}-${String(month % 100).padStart(2, "0")}-01`;
}
