import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "one-byte-gradients",
    title:
      "Just One Byte (per gradient): A Note on Low-Bandwidth Decentralized Language Model Finetuning Using Shared Randomness",
    authors: ["Eric Zelikman", "Qian Huang", "Percy Liang", "Nick Haber", "Noah D. Goodman"],
    year: 2023,
    arxiv: "2306.10015",
    field: "federated-learning",
    code: "https://github.com/ezelikman/justonebyte",
    listed: "2026-11-23",
    summary:
      "Training one model on many machines usually means sending gradients as large as the model. Here every machine nudges the weights forwards and backwards along a random direction, notes how the loss changed, and sends that one number, rounded to a byte. Because the direction comes from a seed that everybody can compute, all machines rebuild it and make the same update, so no weights and no gradients travel. Machines may leave at any time, and a newcomer replays the log of bytes to the exact current weights. Use it when bandwidth is the bottleneck: it takes many more forward passes than backpropagation, and the bytes still reveal projections of the gradient.",
    keywords: [
      "zeroth-order optimisation",
      "SPSA",
      "shared randomness",
      "low bandwidth",
      "decentralised fine-tuning",
      "gradient compression",
    ],
    claim: {
      words:
        "Several machines that exchange one byte per sample fine-tune a model as well as with unrounded numbers, stay bit-identical while members join and leave, and learn faster together than one alone.",
      parts: [
        {
          name: "replicas agree",
          required: true,
          words:
            "All replicas hold the same weights after every round, with one join and one leave mid-run, and replay gives them too.",
          inequality: "equal hashes of all replicas in every round and hash(replay from θ₀) = hash(replicas)",
        },
        {
          name: "one byte is enough",
          required: true,
          words: "Rounding the slope to a byte costs no accuracy.",
          inequality: "acc(byte) ≥ acc(float32) − 0.01 and 95% CI of acc(byte) − acc(float32) inside ±0.015",
        },
        {
          name: "learns",
          required: true,
          words: "Fine-tuning on the shifted task gains a lot.",
          inequality: "acc(byte) − acc(before) ≥ 0.25",
        },
        {
          name: "more machines help",
          required: true,
          words: "Four machines beat one at the same number of rounds, learning rates tuned for each.",
          inequality: "acc(M = 4) − acc(M = 1) ≥ 0.02",
        },
        {
          name: "bytes on the wire",
          required: true,
          words: "A machine sends exactly one byte per sample and round, measured on the encoded messages.",
          inequality: "bytes per machine and round = samples per round, against 4d for one float32 gradient",
        },
      ],
    },
    reported: [
      {
        part: "learns",
        what: "fine-tuning language models on several machines with scalar messages",
        value: "loss falls as with centralised SPSA; a proof of concept without a headline table",
        where: "figures (not confirmed)",
      },
      {
        part: "replicas agree",
        what: "replicas while machines join and leave",
        value: "stay in agreement",
        where: "method section (not confirmed)",
      },
    ],
    tool: "Fine-tunes your safetensors model on data shards held by several processes that exchange one byte per sample, and writes the weights and the replayable byte log.",
    where: "server",
  },
});
