import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "bayesian-inference",
    title: "Denotational validation of higher-order Bayesian inference",
    authors: [
      "Adam Scibior",
      "Ohad Kammar",
      "Matthijs Vakar",
      "Sam Staton",
      "Hongseok Yang",
      "Yufei Cai",
      "Klaus Ostermann",
      "Sean K. Moss",
      "Chris Heunen",
      "Zoubin Ghahramani",
    ],
    year: 2017,
    venue: "POPL 2018",
    arxiv: "1711.03219",
    field: "structure-and-simulation",
    listed: "2026-11-23",
    summary:
      "Particle filters and Markov chain samplers are usually written, and proved correct, as one big piece each. Here a probabilistic program is a data structure, and inference is a chain of small steps (weight, copy, pause, record, resample, move) between representations of it; a step is right if the weighted distribution it stands for stays the same. Right steps compose, so sequential Monte Carlo, trace Metropolis–Hastings and resample-move filters come out right without a proof of their own. Use it to assemble inference from parts you can check, or to find the bug in one you wrote. The checker enumerates small finite programs and compares with closed forms: it refutes mistakes, but it does not replace the paper's proof for continuous and higher-order programs.",
    keywords: [
      "probabilistic programming",
      "sequential Monte Carlo",
      "Metropolis–Hastings",
      "particle filter",
      "semantics",
      "quasi-Borel spaces",
      "program validation",
    ],
    claim: {
      words:
        "Every building block, and with it every composition into sequential Monte Carlo, trace MCMC and resample-move SMC, leaves the unnormalised measure of the program unchanged.",
      parts: [
        {
          name: "exact validity",
          required: true,
          words: "On 200 random finite programs every block and composition keeps the measure, by full enumeration.",
          inequality: "max |mass after block − mass before| ≤ 1e-12 for every block and program",
        },
        {
          name: "mutants refuted",
          required: true,
          words:
            "Each wrong variant of a block (weights reset, factors dropped or inverted, always accepting) is caught, while two harmless variants pass.",
          inequality: "every wrong mutant: deviation > 1e-12 on ≥ 1 of 200 programs; both controls: deviation ≤ 1e-12",
        },
        {
          name: "closed forms",
          required: true,
          words:
            "On continuous models with known answers, evidence and posterior means are unbiased within their noise.",
          inequality:
            "|mean(Ẑ)/Z − 1| ≤ 4 standard errors and |posterior mean − exact| ≤ 4 standard errors, for every model",
        },
        {
          name: "resample-move",
          required: false,
          words: "Resample-move against plain SMC at equal likelihood evaluations.",
          inequality: "MSE(resample-move) < MSE(SMC)",
        },
      ],
    },
    reported: [
      {
        part: "exact validity",
        what: "validity of the listed blocks and of SMC, trace MCMC and resample-move SMC",
        value: "proved; no experiments",
        where: "theorems of the paper",
      },
      {
        part: "exact validity",
        what: "Metropolis–Hastings–Green theorem",
        value: "holds in quasi-Borel spaces",
        where: "theorem of the paper",
      },
    ],
    tool: "Runs importance sampling, SMC, MCMC or resample-move SMC on your model file and data, with posterior summaries, log evidence and effective sample sizes, and checks blocks of your own against enumeration.",
    where: "anywhere",
  },
});
