import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "annotator-aware-learning",
    title:
      "A Survey on Cost Types, Interaction Schemes, and Annotator Performance Models in Selection Algorithms for Active Learning in Classification",
    authors: ["Marek Herde", "Denis Huseljic", "Bernhard Sick", "Adrian Calma"],
    year: 2021,
    venue: "IEEE Access 9",
    arxiv: "2109.11301",
    field: "data-selection",
    listed: "2026-11-23",
    summary:
      "Most active learning pretends that one flawless annotator answers every question at one price. In practice annotators err, differ by class and by item, get tired and charge differently, and you may ask for more than a class label. This survey sorts some sixty strategies by four choices: which item to ask about, whom to ask, how to model the annotators' reliability, and what answers and mistakes cost. The entry builds one representative of each choice into a common loop that estimates who can be trusted while it spends a labelling budget. Modelling the annotators pays throughout; choosing whom to ask pays in most cases when all cost the same, fails now and then when the first answers mislead, and may gain nothing when better annotators are priced fairly. Asking again where answers leave doubt helps even with annotators picked at random.",
    keywords: [
      "active learning",
      "crowdsourcing",
      "annotator reliability",
      "Dawid–Skene",
      "labelling cost",
      "expectation maximisation",
      "label noise",
    ],
    claim: {
      words:
        "With error-prone annotators of unequal quality, modelling their reliability and choosing whom to ask gives a better classifier for the same labelling budget than majority vote with annotators picked at random.",
      parts: [
        {
          name: "unit cost",
          required: true,
          words:
            "At equal prices, asking the annotator with the most information per cost beats majority vote, the same model with random annotators, and threefold labelling. Now and then the loop settles on a poor annotator, so that the 30 problems of the quick scale may leave the second comparison open; the full scale has 150.",
          inequality:
            "paired 95% CI above 0 for each of acc(aware) − acc(majority, random annotator), acc(aware) − acc(same EM, random annotator), acc(aware) − acc(3 labels per item)",
        },
        {
          name: "priced",
          required: false,
          words: "With better annotators costing more (3, 1.5, 1, 1, 1), the same comparison.",
          inequality: "paired 95% CI of acc(aware) − acc(same EM, random annotator) above 0",
        },
        {
          name: "relabel or new",
          required: false,
          words:
            "The same model with random annotators gains when it may ask again about items whose answers leave more doubt than a new item would.",
          inequality:
            "paired 95% CI of acc(same EM, relabel or new) − acc(same EM, new items only) above 0 at equal prices",
        },
        {
          name: "other annotators",
          required: false,
          only: "full",
          words:
            "With annotators who are blind to some classes, expert on some items only, lying or tiring, and on digits, the aware loop beats majority vote.",
          inequality:
            "paired 95% CI of acc(aware) − acc(majority, random annotator) above 0 for each of the five kinds of annotators",
        },
      ],
    },
    reported: [
      {
        what: "strategies with real-world assumptions, compared by cost, interaction and annotator model",
        value: "about 60, without a common experiment",
        where: "survey tables (not confirmed)",
      },
    ],
    tool: "Turns your table of item, annotator and label into consensus labels with confidence and a reliability table of the annotators, and, given features and prices, lists the next questions and whom to ask.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
