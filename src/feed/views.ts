export const feedViews = ["trending", "day", "week", "month", "newest"] as const;
/** `newest`: by arXiv id. `trending`: by what readers did lately. A period: the papers listed in it, the ones that trend first. */
export type FeedView = (typeof feedViews)[number];
