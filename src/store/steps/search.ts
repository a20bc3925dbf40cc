/**
 * One index for everything that is searched: the words of papers, titles and authors; the ages of papers, so that the newest ones with a word are found
 * without a look at the others (see `erasFrom`); and their field and year.
 */
export const searchStep: readonly string[] = [
  `create index papers_found on livepapers.papers using gin (search, title_search, author_search,
    (array[serial / 1000 * 4, serial / 10000000 * 4 + 1, serial / 1000000000 * 4 + 2]), (array[field, year::text]))
    where not hidden`,
  "drop index if exists livepapers.papers_search",
  "drop index if exists livepapers.papers_title_search",
  "drop index if exists livepapers.papers_author_search",
];
