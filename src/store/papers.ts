import { sql } from "drizzle-orm";
import { toJson } from "./json.ts";
import { rowsOf } from "./rows.ts";
import { moveSignals } from "./signals.ts";
import type { Db } from "./store.ts";
import { countWords, type Worded } from "./words.ts";

/** Where the text of an imported paper comes from. */
export type ImportSource = "arxiv" | "daily" | "file";

/** A paper as a source describes it. */
export interface ImportedPaper {
  /** Without version. */
  arxiv: string;
  /** 0 where the source does not say. A lower version never replaces the text of a higher one. */
  version: number;
  /** Year, month and number of the id, see `serialOf`: newer papers have larger ones. */
  serial: number;
  title: string;
  authors: string[];
  abstract: string;
  categories: string[];
  field: string | null;
  /** The source names the field; otherwise it was found from title and abstract. */
  fieldGiven?: boolean;
  year: number;
  /** ISO moments. */
  published: string | null;
  updated: string | null;
  /** ISO day on which the source listed it. */
  listed: string;
  /** Votes elsewhere, where the source counts some. */
  upvotes: number | null;
  submitter: string | null;
}

/** A paper of the catalogue, as the feed lists it. */
export interface CataloguedPaper {
  arxiv: string;
  slug: string;
  serial: number;
  runnable: boolean;
  title: string;
  authors: string[];
  field: string;
  year: number;
  keywords: string[];
  /** Our summary and the claim in words. */
  own: string;
  listed: string;
}

/** An entry of the feed: a paper of the catalogue, an imported one, or both in one. */
export interface PaperRow {
  arxiv: string;
  /** Of the catalogue; the arXiv id for a paper that is imported only. Ballots go by it. */
  slug: string;
  catalogued: boolean;
  runnable: boolean;
  version: number;
  serial: number;
  title: string;
  authors: string[];
  field: string | null;
  year: number;
  abstract: string;
  abstractSource: ImportSource | null;
  categories: string[];
  published: Date | null;
  /** When its latest version came, or its entry in the catalogue changed; null when neither has. */
  updated: Date | null;
  /** ISO day. */
  listed: string;
  listedBy: ImportSource | "catalogue";
  upvotes: number | null;
  submitter: string | null;
}

/** The columns of a `PaperRow`, of a table called p. */
export const paperColumns =
  sql.raw(`p.arxiv, p.slug, p.catalogued, p.runnable, p.version, p.serial::double precision as serial,
  p.title, to_json(p.authors) as authors, p.field, p.year, p.abstract, p.abstract_source as "abstractSource",
  to_json(p.categories) as categories, p.published, p.updated, to_char(p.listed, 'YYYY-MM-DD') as listed, p.listed_by as "listedBy",
  p.upvotes, p.submitter`);

/** The driver's row as a `PaperRow`; what else was selected stays. */
export function paperRow<T extends PaperRow>(row: T): T {
  const moment = (value: Date | null): Date | null => (value === null ? null : new Date(value));
  return { ...row, published: moment(row.published), updated: moment(row.updated) };
}

export interface ImportCounts {
  added: number;
  updated: number;
  unchanged: number;
}

const recordColumns = sql.raw(`arxiv text, version integer, serial bigint, title text, authors text[], abstract text,
  categories text[], field text, "fieldGiven" boolean, year integer, published timestamptz, updated timestamptz, listed date, upvotes integer, submitter text`);

/**
 * Takes papers in from a source, one row an arXiv id. What is there already changes only by a newer version, a first abstract, a field that the source gives,
 * or other votes; cards of the catalogue keep their title, authors and field. No arXiv id may stand twice in `papers`.
 */
export async function importPapers(
  db: Db,
  papers: readonly ImportedPaper[],
  source: ImportSource,
): Promise<ImportCounts> {
  if (papers.length === 0) return { added: 0, updated: 0, unchanged: 0 };
  const result = await db.execute(sql`
    with incoming as materialized (
      select * from jsonb_to_recordset(${toJson(papers)}::jsonb) as incoming (${recordColumns})
    ), before as materialized (${worded}), taken as (
      insert into livepapers.papers as p (arxiv, slug, version, serial, title, authors, abstract, abstract_source, categories,
        field, field_given, year, published, updated, listed, listed_by, upvotes, submitter)
      select arxiv, arxiv, version, serial, title, authors, abstract, ${source}, categories, field, coalesce("fieldGiven", false), year,
        published, updated, listed, ${source}, upvotes, submitter
      from incoming order by arxiv
      on conflict (arxiv) do update set
        version = greatest(p.version, excluded.version),
        title = case when p.catalogued or excluded.version < p.version then p.title else excluded.title end,
        authors = case when p.catalogued or excluded.version < p.version then p.authors else excluded.authors end,
        field = case when p.catalogued then p.field when p.field_given and not excluded.field_given then p.field
          else coalesce(excluded.field, p.field) end,
        field_given = p.field_given or excluded.field_given,
        abstract = case when excluded.version < p.version then p.abstract else excluded.abstract end,
        abstract_source = case when excluded.version < p.version then p.abstract_source else excluded.abstract_source end,
        categories = case when excluded.categories = '{}' then p.categories else excluded.categories end,
        published = coalesce(p.published, excluded.published),
        updated = greatest(p.updated, excluded.updated),
        listed = case when ${outranks} then excluded.listed else p.listed end,
        listed_by = case when ${outranks} then excluded.listed_by else p.listed_by end,
        upvotes = coalesce(excluded.upvotes, p.upvotes),
        submitter = coalesce(excluded.submitter, p.submitter)
      where excluded.version > p.version or p.abstract_source is null or ${outranks}
        or coalesce(excluded.upvotes, p.upvotes) is distinct from p.upvotes
        or (excluded.field_given and not p.catalogued and (not p.field_given or excluded.field is distinct from p.field))
      returning arxiv, title, authors, (xmax = 0) as added
    )
    ${reworded}`);
  const rows = rowsOf<Taken>(result);
  await countWords(db, rows);
  const added = rows.filter((row) => row.added).length;
  return { added, updated: rows.length - added, unchanged: papers.length - rows.length };
}

type Taken = Worded & { added: boolean };

/** The texts of the papers `incoming` as they were, and what of those `taken` was added or has other words than `before`. */
const worded = sql.raw("select p.arxiv, p.title, p.authors from livepapers.papers p join incoming using (arxiv)");
const reworded = sql.raw(`select arxiv, taken.added, to_json(before.title) as title, to_json(before.authors) as authors,
  taken.title is distinct from before.title or taken.authors is distinct from before.authors as changed
  from taken left join before using (arxiv)`);

/** A day of the daily list says more than the day of submission; the day of our own catalogue says most. */
const outranks = sql.raw("(excluded.listed_by = 'daily' and p.listed_by in ('arxiv', 'file'))");

/** The entry of a slug or an arXiv id, unless it is hidden. */
export async function findPaperRow(db: Db, name: string): Promise<PaperRow | undefined> {
  const result = await db.execute(sql`
    select ${paperColumns} from livepapers.papers p where (p.slug = ${name} or p.arxiv = ${name}) and not p.hidden
    order by p.slug = ${name} desc limit 1`);
  const [row] = rowsOf<PaperRow>(result);
  return row && paperRow(row);
}

/**
 * Brings the entries of the catalogue up to date. A paper that was imported before becomes the catalogue's, with its ballots; one that left the catalogue
 * is an imported one again, or gone.
 */
export async function syncCatalogue(db: Db, papers: readonly CataloguedPaper[]): Promise<void> {
  const records = toJson(papers);
  const incoming = sql`jsonb_to_recordset(${records}::jsonb) as incoming (arxiv text, slug text, serial bigint, runnable boolean,
    title text, authors text[], field text, year integer, keywords text[], own text, listed date)`;
  await db.transaction(async (tx) => {
    const moved = await tx.execute(sql`
      select p.slug as "from", coalesce(incoming.slug, p.arxiv) as "to"
      from livepapers.papers p left join ${incoming} on incoming.arxiv = p.arxiv
      where p.slug <> coalesce(incoming.slug, p.arxiv) for update of p`);
    await tx.execute(sql`
      delete from livepapers.papers p where catalogued and abstract_source is null
        and not exists (select 1 from ${incoming} where incoming.arxiv = p.arxiv)`);
    await tx.execute(sql`
      update livepapers.papers p set catalogued = false, runnable = false, slug = arxiv, keywords = '{}', own = '', listed_by = abstract_source,
        updated = now()
      where catalogued and not exists (select 1 from ${incoming} where incoming.arxiv = p.arxiv)`);
    const taken = await tx.execute(sql`
      with incoming as materialized (select * from ${incoming}), before as materialized (${worded}), taken as (
        insert into livepapers.papers as p (arxiv, slug, catalogued, runnable, serial, title, authors, field, year, keywords, own, listed, listed_by)
        select arxiv, slug, true, runnable, serial, title, authors, field, year, keywords, own, listed, 'catalogue' from incoming
        order by arxiv
        on conflict (arxiv) do update set
          slug = excluded.slug, catalogued = true, runnable = excluded.runnable, serial = excluded.serial, title = excluded.title, authors = excluded.authors,
          field = excluded.field, year = excluded.year, keywords = excluded.keywords, own = excluded.own, listed = excluded.listed, listed_by = 'catalogue',
          updated = now()
        where (p.slug, p.catalogued, p.runnable, p.serial, p.title, p.authors, p.field, p.year, p.keywords, p.own, p.listed) is distinct from
          (excluded.slug, true, excluded.runnable, excluded.serial, excluded.title, excluded.authors, excluded.field, excluded.year, excluded.keywords,
           excluded.own, excluded.listed)
        returning arxiv, title, authors, (xmax = 0) as added
      )
      ${reworded}`);
    await countWords(tx, rowsOf<Taken>(taken));
    // A card that was hidden stays so under its other name.
    await tx.execute(sql`
      update livepapers.papers p set hidden = not hidden
      where hidden <> exists (select 1 from livepapers.hidden_cards h where h.slug in (p.slug, p.arxiv)) and (catalogued or hidden)`);
    for (const { from, to } of rowsOf<{ from: string; to: string }>(moved)) {
      await moveSignals(tx, from, to);
    }
  });
}

/**
 * What the database's own upkeep would do in time, done now: the embedded one has none, many new rows mislead the planner, and counts want to know which
 * pages everyone sees. Not within a transaction.
 */
export async function settlePapers(db: Db): Promise<void> {
  await db.execute(sql`vacuum (analyze) livepapers.papers`);
}
