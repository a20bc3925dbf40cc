/** Who gets the digest by mail, who asked for it and has not confirmed yet, and which digests were queued. */
export const subscriptionsStep: readonly string[] = [
  `create table livepapers.subscriptions (
    id text primary key,
    mail text not null unique,
    every text not null,
    fields jsonb not null default '[]',
    hour integer not null,
    zone text not null,
    due timestamptz not null,
    failures integer not null default 0,
    refused timestamptz,
    created timestamptz not null default now()
  )`,
  "create index subscriptions_by_due on livepapers.subscriptions (due) where refused is null",
  // Tokens are kept as hashes, as those of sign-in links are.
  `create table livepapers.subscription_asks (
    token text primary key,
    mail text not null,
    wish jsonb not null,
    created timestamptz not null default now(),
    expires timestamptz not null
  )`,
  "create index subscription_asks_by_mail on livepapers.subscription_asks (mail, created)",
  `create table livepapers.deliveries (
    subscription text not null references livepapers.subscriptions (id) on delete cascade,
    period text not null,
    slugs jsonb not null,
    at timestamptz not null default now(),
    primary key (subscription, period)
  )`,
];
