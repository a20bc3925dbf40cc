import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "hamming-distances",
    title: "Faster Algorithms for Text-to-Pattern Hamming Distances",
    authors: ["Timothy M. Chan", "Ce Jin", "Virginia Vassilevska Williams", "Yinzhan Xu"],
    year: 2023,
    venue: "FOCS 2023",
    arxiv: "2310.13174",
    field: "structure-and-simulation",
    listed: "2026-11-23",
    summary:
      "Slide a pattern of length $m$ along a text of length $n$ and count the mismatches at every position. Comparing everything takes $nm$ steps. Since 1987 the best way has been to split the alphabet: frequent characters are counted by fast Fourier transforms, rare ones one by one, in about $n\\sqrt{m\\log m}$ steps. This paper removes the logarithm by packing several counters into one machine word, improves the versions that allow a small relative error or ask only for distances up to $k$, and shows that the problem is the same as counting pairs of integers whose difference falls in a short range. The library here counts exactly for any alphabet, four characters to a transform, checks its own floating-point results, and searches with up to $k$ mismatches.",
    keywords: [
      "string matching",
      "Hamming distance",
      "fast Fourier transform",
      "k mismatches",
      "3SUM",
      "approximate matching",
      "sequence search",
    ],
    claim: {
      words:
        "All mismatch counts of a pattern in a text can be had exactly in about $n\\sqrt m$ time for any alphabet, the problem is equivalent to range-restricted counting of differences, and relative error $\\varepsilon$ costs less still.",
      parts: [
        {
          name: "exactness",
          required: true,
          words: "Every method returns the true distances, on random, hard, periodic, constant and skewed strings.",
          inequality: "wrong distances = 0 over all instances and methods",
        },
        {
          name: "rate",
          required: true,
          words:
            "On the family that is hard for splitting, time per text symbol grows no faster than about the square root of $m$, the naive method's like $m$, and no other alphabet is slower.",
          inequality:
            "over m ≥ 2^10: 95% CI of the log–log slope of auto inside [0.10, 0.65], and of slope(naive) − slope(auto) above 0.3; auto's time on DNA, uniform and Zipf alphabets < 1.25 × the hard family's",
        },
        {
          name: "speed-up",
          required: true,
          only: "full",
          words:
            "At a pattern of 32,768 symbols the method is at least twenty times as fast as a plain double loop, and ten times as fast as one that compares four symbols at a time.",
          inequality:
            "at m = 2^15: 95% CI of time(plain) / time(auto) above 20, and of time(naive) / time(auto) above 10",
        },
        {
          name: "packing",
          required: false,
          words:
            "With four characters to a transform the worst alphabet costs less than with one, each with its own best split.",
          inequality:
            "for every m ≥ 2^12: 95% CI of max over alphabet sizes of time(one per transform) / max over alphabet sizes of time(four) above 1.3",
        },
        {
          name: "equivalence",
          required: true,
          words: "Both reductions between distances and range-restricted counting give exact results.",
          inequality: "wrong values = 0 over all instances, both ways",
        },
        {
          name: "approximation",
          required: true,
          words:
            "Random maps of the alphabet with a maximum stay below the distance and within $\\varepsilon$ of it; with a mean of binary maps they fail when all mismatches are alike.",
          inequality:
            "12 rounds, every ε in {0.5, 0.2, 0.1, 0.05}: no overestimate, and all alignments within ε in ≥ 95% of draws; on two-letter strings at ε = 0.2 the mean of 12 maps fails in ≥ 20% of draws and the maximum in none",
        },
      ],
    },
    reported: [
      { part: "rate", what: "exact, randomised (Las Vegas)", value: "O(n √m)", where: "abstract, Theorem 1.1" },
      { part: "rate", what: "exact, before (Abrahamson 1987)", value: "O(n √(m log m))", where: "abstract" },
      {
        part: "rate",
        what: "exact, deterministic",
        value: "O(n √m (log m log log m)^{1/4})",
        where: "abstract, Theorem 1.2",
      },
      { what: "distances up to k", value: "O(n + nk/√m)", where: "abstract, Theorem 1.3" },
      {
        part: "approximation",
        what: "relative error ε",
        value: "Õ(ε^{-0.93} n), before Õ(ε^{-1} n)",
        where: "abstract, Theorem 1.6",
      },
    ],
    tool: "Counts mismatches of a pattern at every position of your text, FASTA file or column of codes, or finds the places within k mismatches.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
