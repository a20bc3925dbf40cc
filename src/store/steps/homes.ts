/** Files whose bytes are outside the database: where, and which places there are in use. */
export const homesStep: readonly string[] = [
  // Null: the bytes are in run_file_parts.
  "alter table livepapers.run_files add column place text",
  "create index run_files_by_place on livepapers.run_files (place) where place is not null",
  // A place is noted before anything is put there, and goes when that has been removed: nothing is left behind that nobody knows of.
  `create table livepapers.file_places (
    place text primary key,
    used boolean not null default false,
    at timestamptz not null default now()
  )`,
];
