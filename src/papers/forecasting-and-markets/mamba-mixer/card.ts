import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "mamba-mixer",
    title: "MambaMixer: Efficient Selective State Space Models with Dual Token and Channel Selection",
    authors: ["Ali Behrouz", "Michele Santacatterina", "Ramin Zabih"],
    year: 2024,
    arxiv: "2403.19888",
    field: "forecasting-and-markets",
    listed: "2026-11-23",
    summary:
      "Selective state space models decide step by step what to remember along time, but treat the variables of a series apart from one another. MambaMixer adds a second selective scan, forwards and backwards across the variables, and lets every layer read a learnt mixture of all earlier ones. As a forecaster (TSM2) its cost is linear in the length of the history and in the number of variables, without attention, and it can learn to ignore variables that do not help. Try it when which variable matters changes with the context. The order of the variables affects the scan; an independent replication found errors some 3% above the published ones; and where each variable has a fixed role, plain linear and MLP mixers are hard to beat.",
    keywords: [
      "state space models",
      "Mamba",
      "time series forecasting",
      "multivariate",
      "channel mixing",
      "selective scan",
      "TSM2",
    ],
    claim: {
      words:
        "Selecting along time and across variables with selective scans forecasts multivariate series better than models that mix variables by an MLP or not at all.",
      parts: [
        {
          name: "selection",
          required: true,
          words:
            "On variables whose useful source must be picked from context, the full model clearly beats the one without variable mixing and a full linear model.",
          inequality: "MSE(TSM2) < 0.9·min(MSE(no channel mixer), MSE(full ridge)) on the selected variates, per task",
        },
        {
          name: "scan against MLP",
          required: true,
          words: "A selective scan across variables beats an MLP across variables and TSMixer.",
          inequality:
            "MSE(TSM2) < MSE(TSM2-MLP) and < MSE(TSMixer) on the same variates; paired seed mean of the difference > 1 standard error",
        },
        {
          name: "early features",
          required: false,
          words: "Learnt mixtures of earlier layers do no harm.",
          inequality: "MSE(learned averaging) ≤ MSE(fixed averaging) within noise",
        },
      ],
    },
    reported: [
      {
        what: "cells of data set and horizon in which TSM2 is best, lookback 512",
        value: "26 of 32, second in 5; marked preliminary by the authors",
        where: "Table 5, version 1",
      },
      {
        what: "MSE on ETTh1 at horizons 96, 192, 336, 720, TSM2",
        value: ".375, .398, .419, .422",
        where: "Table 5, version 1",
      },
      {
        part: "scan against MLP",
        what: "MSE at horizon 96 on ETTh1, ETTm1, Exchange, Electricity, TSM2",
        value: ".375, .322, .163, .142",
        where: "ablation table, version 1",
      },
      {
        part: "scan against MLP",
        what: "the same with an MLP across variables",
        value: ".386, .339, .197, .173",
        where: "ablation table, version 1",
      },
      { what: "WRMSSE on M5, TSM2 against TSMixer", value: ".591 against .640", where: "M5 experiment, version 1" },
    ],
    tool: "Trains a forecaster on your table of series, writes the forecast, and shows test error per variable against seasonal naive and ridge, and which variables it relied on.",
    where: "anywhere",
  },
});
