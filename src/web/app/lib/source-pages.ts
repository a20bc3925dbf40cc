/**
 * The code pages as they were made last, by slug. Filled on the server (server/source-page.server.ts) and read when it
 * renders; in the browser it stays empty.
 */
export const sourcePages = new Map<string, string>();
