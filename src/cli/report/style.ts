import { darkSeries, fontStack, sansStack } from "./theme.ts";

/** The report's style sheet: light and dark by the reader's setting, and plain enough to print. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1a17; --soft: #55514a; --ground: #fdfcf9; --line: #ddd8cb; --accent: #2b35b5; --good: #1c6b45; --bad: #a02c1c; --open: #7d5600; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e6df; --soft: #b3afa6; --ground: #15171c; --line: #31353e; --accent: #a9b3ff; --good: #7fd0a3; --bad: #ff9d8a; --open: #e3bd62; }
  ${darkSeries}
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1.0625rem/1.6 ${fontStack}; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1.0625rem; margin: 1.75rem 0 .25rem; }
a { color: var(--accent); }
.meta, .inequality, figcaption, footer, caption { color: var(--soft); font: .9rem/1.5 ${sansStack}; }
.holds { color: var(--good); } .does-not-hold { color: var(--bad); } .partly-holds, .inconclusive { color: var(--open); }
.outcome { font-weight: 700; }
.verdict { border: 1px solid var(--line); border-left: .3rem solid currentColor; padding: .9rem 1.1rem; font: 1rem/1.5 ${sansStack}; }
.verdict strong { font-size: 1.25rem; }
.verdict span { color: var(--ink); }
figure { margin: 1.5rem 0; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font: .88rem/1.4 ${sansStack}; font-variant-numeric: tabular-nums; min-width: 50%; }
caption { text-align: left; padding-bottom: .4rem; color: var(--ink); font-weight: 600; }
th, td { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font: .9rem/1.5 ${sansStack}; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: .88rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .7rem .9rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media print { body { font-size: 10.5pt; } main { max-width: none; padding: 0; } .verdict, figure, table { break-inside: avoid; } }
`;
