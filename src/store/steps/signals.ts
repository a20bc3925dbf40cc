/** Ballots: what readers say by voting, reading and running. One ballot a person and paper. */
export const signalsStep: readonly string[] = [
  `create table livepapers.votes (
    slug text not null,
    voter text not null,
    address text,
    at timestamptz not null default now(),
    primary key (slug, voter)
  )`,
  "create index votes_by_time on livepapers.votes (at)",
  "create index votes_by_voter on livepapers.votes (voter, at desc)",
  `create table livepapers.reads (
    slug text not null,
    reader text not null,
    address text,
    day date not null default (now() at time zone 'utc')::date,
    primary key (slug, reader)
  )`,
  "create index reads_by_day on livepapers.reads (day)",
  "create index reads_by_reader on livepapers.reads (reader)",
  `create table livepapers.run_ballots (
    run_id text primary key references livepapers.runs (id) on delete cascade,
    slug text not null,
    runner text not null,
    address text
  )`,
  "create index run_ballots_by_runner on livepapers.run_ballots (slug, runner)",
];
