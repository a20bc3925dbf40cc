/** People and what is theirs: sign-in links, sessions, bookmarks, followed fields, who started a run; and what the administrator hides. */
export const accountsStep: readonly string[] = [
  `create table livepapers.people (
    id text primary key,
    mail text not null unique,
    created timestamptz not null default now()
  )`,
  // Tokens are kept as hashes: who reads the database cannot sign in with what stands there.
  `create table livepapers.sign_in_links (
    token text primary key,
    browser text not null,
    mail text not null,
    next text not null,
    created timestamptz not null default now(),
    expires timestamptz not null,
    used boolean not null default false
  )`,
  "create index sign_in_links_by_mail on livepapers.sign_in_links (mail, created)",
  `create table livepapers.sessions (
    token text primary key,
    person text not null references livepapers.people (id) on delete cascade,
    created timestamptz not null default now(),
    expires timestamptz not null
  )`,
  "create index sessions_by_person on livepapers.sessions (person)",
  `create table livepapers.bookmarks (
    person text not null references livepapers.people (id) on delete cascade,
    slug text not null,
    tags jsonb not null default '[]',
    at timestamptz not null default now(),
    primary key (person, slug)
  )`,
  `create table livepapers.follows (
    person text not null references livepapers.people (id) on delete cascade,
    field text not null,
    at timestamptz not null default now(),
    primary key (person, field)
  )`,
  `create table livepapers.hidden_cards (
    slug text primary key,
    reason text not null,
    at timestamptz not null default now()
  )`,
  `create table livepapers.run_owners (
    run_id text primary key references livepapers.runs (id) on delete cascade,
    owner text not null,
    address text,
    shared boolean not null default false,
    at timestamptz not null default now()
  )`,
  "create index run_owners_by_owner on livepapers.run_owners (owner, at desc)",
  "create index run_owners_by_address on livepapers.run_owners (address, at desc)",
  // Narrower limits than the server's, for runs of visitors.
  "alter table livepapers.runs add column time_limit_ms integer, add column memory_limit_mb integer",
];
