/** What people answered when asked whether they would read a paper, and who does not want to be asked. */
export const tastesStep: readonly string[] = [
  `create table livepapers.tastes (
    person text primary key references livepapers.people (id) on delete cascade,
    wanted boolean not null
  )`,
  `create table livepapers.answers (
    person text not null references livepapers.people (id) on delete cascade,
    slug text not null,
    would_read boolean not null,
    at timestamptz not null default now(),
    primary key (person, slug)
  )`,
];
