/** Posts that carried a key of their own, so that one that is sent again does not start a second run. */
export const requestsStep: readonly string[] = [
  `create table livepapers.run_requests (
    asker text not null,
    key text not null,
    content text not null,
    run_id text not null references livepapers.runs (id) on delete cascade,
    at timestamptz not null default now(),
    primary key (asker, key)
  )`,
  "create index run_requests_by_run on livepapers.run_requests (run_id)",
  "create index run_requests_by_time on livepapers.run_requests (at)",
];
