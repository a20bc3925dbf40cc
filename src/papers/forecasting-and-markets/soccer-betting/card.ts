import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "soccer-betting",
    title: "Beating the average: how to generate profit by exploiting the inefficiencies of soccer betting",
    authors: ["Robert Stömmer"],
    year: 2023,
    arxiv: "2303.16648",
    field: "forecasting-and-markets",
    listed: "2026-11-23",
    summary:
      "A football pool asks for the outcome of 13 matches and pays from ten right answers upwards; how many slips must you buy to hold a winning one almost surely? The paper draws slips from an urn, gives every match the same chance $p$ of being right, and arrives at a short formula, $n = N\\,[1 - (1-Q)^{1/S}]$, with $N$ combinations of which $S$ win, for the wanted safety $Q$. It then sets fees against average prizes and concludes that several choices earn money. The sizing formula is sound and useful for any pool that needs at least $k$ right of $y$. The profit is another matter: one slip may be right half of the time, hundreds of different slips cannot, and prizes shrink when the crowd wins too.",
    keywords: [
      "football pools",
      "betting",
      "hypergeometric distribution",
      "coverage",
      "pari-mutuel",
      "expected profit",
    ],
    claim: {
      words:
        "A closed formula says how many slips give a wanted safety of a prize, and buying that many returns more than the fees.",
      parts: [
        {
          name: "coverage formula",
          required: true,
          words: "The formula agrees with exact sampling without replacement and never asks for too few slips.",
          inequality:
            "for p ∈ {1/3, 1/2}, k = 10…13, Q ∈ {.9, .99, .999, .9999}: |n(paper) − n(exact)| / n(exact) ≤ 0.035 and n(paper) ≥ n(exact); urn draws give safety ≥ Q − 0.01",
        },
        {
          name: "profit",
          required: true,
          words:
            "In a simulated pool with a crowd and shared prizes, the recipe earns money and keeps its promised safety.",
          inequality:
            "at n = 203 and n = 1,243: 95% interval of the recipe's mean profit per round above 0 and realised safety ≥ promised Q − 0.02",
        },
        {
          name: "where an edge could live",
          required: false,
          words: "Return of the most probable slips against how strongly the crowd follows the favourites.",
          inequality: "no threshold; return on stake over the crowd's sharpness γ",
        },
      ],
    },
    reported: [
      {
        part: "coverage formula",
        what: "slips for 10 or more right at 90 / 99 / 99.9 / 99.99%, p = 1/3",
        value: "1,397 / 2,793 / 4,187 / 5,580",
        where: "Tables 2 and 4",
      },
      {
        part: "coverage formula",
        what: "slips for 10 or more right at 90 / 99 / 99.9 / 99.99%, p = 1/2",
        value: "50 / 100 / 149 / 198",
        where: "Tables 2 and 4",
      },
      {
        part: "coverage formula",
        what: "slips for 11 or more right at 90 / 99 / 99.9 / 99.99%, p = 1/2",
        value: "203 / 400 / 593 / 781",
        where: "Tables 2 and 4",
      },
      {
        part: "coverage formula",
        what: "slips for 12 or more right at 90 / 99 / 99.9 / 99.99%, p = 1/2",
        value: "1,243 / 2,297 / 3,191 / 3,949",
        where: "Tables 2 and 4",
      },
      {
        part: "profit",
        what: "profit for 11 or more right, p = 1/2, Q from 90% to 99.99%",
        value: "324 EUR falling to 10 EUR",
        where: "Table 5c",
      },
      {
        part: "profit",
        what: "profit for 12 or more right, p = 1/2, Q from 90% to 99.99%",
        value: "5,775 EUR falling to 4,309 EUR",
        where: "Table 5c",
      },
    ],
    tool: "Picks slips for your fixtures and odds, and reports the safety they really have for each prize tier, the fee and the simulated return.",
    where: "anywhere",
  },
});
