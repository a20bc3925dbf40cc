/** Runs, their events and their files. */
export const runsStep: readonly string[] = [
  `create table livepapers.runs (
    id text primary key,
    kind text not null check (kind in ('claim', 'tool')),
    slug text not null,
    tool text,
    scale text check (scale in ('quick', 'full')),
    seed double precision not null,
    params jsonb not null,
    standard boolean not null,
    state text not null check (state in ('queued', 'running', 'done', 'bad input', 'limit', 'cancelled', 'failed')),
    outcome jsonb,
    verdict text,
    origin text not null check (origin in ('server', 'browser', 'cli')),
    version text not null,
    platform text not null,
    attempts integer not null default 0,
    interruptions integer not null default 0,
    cancel_requested boolean not null default false,
    ticket uuid,
    created timestamptz not null default now(),
    started timestamptz,
    finished timestamptz,
    duration_ms integer
  )`,
  "create index runs_by_paper on livepapers.runs (slug, created desc)",
  "create index runs_by_time on livepapers.runs (created desc)",
  "create index runs_open on livepapers.runs (state) where state in ('queued', 'running')",
  "create index runs_verdicts on livepapers.runs (slug, finished desc) where kind = 'claim' and state = 'done'",
  `create table livepapers.run_events (
    run_id text not null references livepapers.runs (id) on delete cascade,
    seq integer not null,
    at integer not null,
    event jsonb not null,
    primary key (run_id, seq)
  )`,
  `create table livepapers.run_files (
    run_id text not null references livepapers.runs (id) on delete cascade,
    position integer not null,
    direction text not null check (direction in ('in', 'out')),
    role text not null,
    name text not null,
    media_type text not null,
    size integer not null,
    primary key (run_id, direction, position)
  )`,
  `create table livepapers.run_file_parts (
    run_id text not null,
    direction text not null,
    position integer not null,
    part integer not null,
    data bytea not null,
    primary key (run_id, direction, position, part),
    foreign key (run_id, direction, position) references livepapers.run_files (run_id, direction, position) on delete cascade
  )`,
];
