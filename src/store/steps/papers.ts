/**
 * The papers of the feed: those of the catalogue and those imported, one row an arXiv id; the words that typing errors are mended with; and where each
 * import stands. What is searched is folded: lower case, without accents.
 */
export const papersStep: readonly string[] = [
  "create extension if not exists pg_trgm",
  `create function livepapers.fold(words text) returns text language sql immutable parallel safe
    return lower(case when octet_length(words) = length(words) then words
      else regexp_replace(normalize(words, nfkd), '[\\u0300-\\u036f]', '', 'g') end)`,
  `create function livepapers.name_vector(names text[]) returns tsvector language sql immutable parallel safe
    return to_tsvector('simple'::regconfig, livepapers.fold(array_to_string(names, ' ; ')))`,
  `create function livepapers.paper_vector(title text, names text[], keywords text[], own text, abstract text)
    returns tsvector language sql immutable parallel safe
    return setweight(to_tsvector('english'::regconfig, livepapers.fold(title)), 'A')
      || setweight(to_tsvector('english'::regconfig, livepapers.fold(array_to_string(keywords, ' ; ')
        || ' ; ' || array_to_string(names, ' ; '))), 'B')
      || setweight(to_tsvector('english'::regconfig, livepapers.fold(own)), 'C')
      || setweight(to_tsvector('english'::regconfig, livepapers.fold(abstract)), 'D')`,
  `create table livepapers.papers (
    arxiv text primary key,
    slug text not null unique,
    catalogued boolean not null default false,
    runnable boolean not null default false,
    hidden boolean not null default false,
    version integer not null default 0,
    serial bigint not null,
    title text not null,
    authors text[] not null,
    field text,
    year integer not null,
    keywords text[] not null default '{}',
    own text not null default '',
    abstract text not null default '',
    abstract_source text,
    categories text[] not null default '{}',
    published timestamptz,
    updated timestamptz,
    listed date not null,
    listed_by text not null,
    upvotes integer,
    submitter text,
    imported timestamptz not null default now(),
    search tsvector not null generated always as (livepapers.paper_vector(title, authors, keywords, own, abstract)) stored,
    title_search tsvector not null generated always as (to_tsvector('english'::regconfig, livepapers.fold(title))) stored,
    author_search tsvector not null generated always as (livepapers.name_vector(authors)) stored
  )`,
  "create index papers_newest on livepapers.papers (serial desc) where not hidden",
  "create index papers_of_field on livepapers.papers (field, serial desc) where not hidden",
  "create index papers_of_field_by_day on livepapers.papers (field, listed desc, serial desc) where not hidden",
  "create index papers_of_year on livepapers.papers (year, serial desc) where not hidden",
  "create index papers_by_day on livepapers.papers (listed desc, serial desc) where not hidden",
  "create index papers_upvoted on livepapers.papers (listed desc, upvotes) where upvotes > 0 and not hidden",
  "create index papers_runnable on livepapers.papers (serial desc) where runnable and not hidden",
  "create index papers_search on livepapers.papers using gin (search)",
  "create index papers_title_search on livepapers.papers using gin (title_search)",
  "create index papers_author_search on livepapers.papers using gin (author_search)",
  `create table livepapers.words (
    kind text not null check (kind in ('title', 'author')),
    word text not null,
    papers integer not null,
    primary key (word, kind)
  )`,
  "create index words_alike on livepapers.words using gin (word gin_trgm_ops)",
  `create table livepapers.import_cursors (
    source text primary key,
    token jsonb not null,
    papers integer not null default 0,
    skipped integer not null default 0,
    at timestamptz not null default now()
  )`,
];
