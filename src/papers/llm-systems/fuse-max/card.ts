import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "fuse-max",
    title: "FuseMax: Leveraging Extended Einsums to Optimize Attention Accelerator Design",
    authors: [
      "Nandeeka Nayak",
      "Xinrui Wu",
      "Toluwanimi O. Odemuyiwa",
      "Michael Pellauer",
      "Joel S. Emer",
      "Christopher W. Fletcher",
    ],
    year: 2024,
    venue: "MICRO 2024",
    arxiv: "2406.10491",
    field: "llm-systems",
    code: "https://github.com/FPSG-UIUC/micro24-fusemax-artifact",
    listed: "2026-11-23",
    summary:
      "Attention kernels differ in how often they must sweep over the scores: the plain softmax needs three passes, online variants two or one. The paper writes each variant as a short list of tensor equations without any loop order, and shows that the number of passes can be counted from that list alone; it fixes how much you must buffer or read again. FuseMax takes the one-pass form, computes the exponential on the matrix array itself, and interleaves the work so that the matrix array and the vector unit both stay busy. Use it to judge a kernel before building it, or to estimate attention speed on an accelerator. The speed figures come from a calibrated model of the hardware, and energy cannot be checked here.",
    keywords: [
      "attention",
      "Einsum",
      "accelerator",
      "online softmax",
      "FlashAttention",
      "performance model",
      "systolic array",
    ],
    claim: {
      words:
        "The passes an attention kernel needs follow from its equations alone, and the one-pass form mapped on both arrays of an accelerator is several times faster than the best fused three-pass design.",
      parts: [
        {
          name: "passes",
          required: true,
          words:
            "The counter finds 3, 2 and 1 passes, and an interpreter that records every access sees just as many sweeps.",
          inequality: "counted passes = observed sweeps = 3, 2, 1",
        },
        {
          name: "numerics",
          required: true,
          words: "One pass in single precision matches three passes in double, also with huge and masked logits.",
          inequality: "max |error| ≤ 1e-5 (six-term exponential: ≤ 1e-4) on 200 problems",
        },
        {
          name: "speed",
          required: true,
          words: "A tile-by-tile simulation agrees with the closed form and reproduces the published ratios.",
          inequality:
            "|simulated/closed form − 1| ≤ 0.03; mean FLAT/FuseMax over 24 points in [6.0, 7.4], every point > 3; end-to-end mean in [4.8, 5.8]; 2D utilisation ≥ 0.88 at 1K and ≥ 0.96 from 4K",
        },
        {
          name: "sensitivity",
          required: false,
          words: "The ratio against a FLAT with deferred division or a vector unit four times as wide.",
          inequality: "mean FLAT(improved)/FuseMax > 1",
        },
      ],
    },
    reported: [
      {
        part: "speed",
        what: "attention speed-up over FLAT, mean over four models and six lengths",
        value: "6.7 times at 79% of the energy",
        where: "abstract; artifact data",
      },
      {
        part: "speed",
        what: "end-to-end speed-up over FLAT",
        value: "5.3 times at 83% of the energy",
        where: "abstract; artifact data",
      },
      {
        part: "speed",
        what: "BERT attention, length 1K, FLAT against FuseMax",
        value: "13.386 ms against 2.0131 ms",
        where: "artifact data",
      },
      {
        part: "speed",
        what: "BERT attention, length 1M, FLAT against FuseMax",
        value: "16,221 s against 1,891.8 s",
        where: "artifact data",
      },
    ],
    tool: "Counts the passes of your tensor equations and says what forces each, or predicts time and utilisation of attention for your model shape on your accelerator.",
    where: "anywhere",
  },
});
