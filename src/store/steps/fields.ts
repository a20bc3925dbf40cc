/** Whether a paper's field was given by its source, and not found from its title and abstract. */
export const fieldsStep: readonly string[] = [
  "alter table livepapers.papers add column field_given boolean not null default false",
];
