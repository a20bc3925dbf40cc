import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "position-orientation",
    title: "Fast, Expressive SE(n) Equivariant Networks through Weight-Sharing in Position-Orientation Space",
    authors: ["Erik J. Bekkers", "Sharvaree Vadgama", "Rob D. Hesselink", "Putri A. van der Linden", "David W. Romero"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2310.02970",
    field: "structure-and-simulation",
    code: "https://github.com/ebekkers/ponita",
    listed: "2026-11-23",
    summary:
      "A network that predicts motions or energies of particles should not care how the scene is turned. Networks built on distances respect that but are blind to direction, and those built on tensors see direction but are slow. PONITA gives every point a small grid of directions to look along, and lets the convolution depend on a few numbers that no rotation or shift can change: how far a neighbour lies along the viewing direction, how far beside it, and the angle between two directions. The convolution splits into cheap steps, and vectors go in and come out naturally. Equivariance is exact only for rotations that map the grid to itself and approximate for others, and the three numbers do not distinguish every pair of configurations.",
    keywords: ["equivariance", "SE(3)", "point clouds", "message passing", "group convolution", "n-body", "molecules"],
    claim: {
      words:
        "Sharing weights over positions and orientations predicts particle motion at least as well as a distance-based equivariant network, better than its position-only version, and stays equivariant.",
      parts: [
        {
          name: "against EGNN",
          required: true,
          words: "Test error over paired seeds, with matched parameters, equal steps and tuned learning rates.",
          inequality: "upper end of the 95% CI of mean log(MSE(PONITA) / MSE(EGNN)) ≤ log 1.05",
        },
        {
          name: "orientations matter",
          required: true,
          words: "It beats the same network on positions only.",
          inequality: "MSE(PONITA) < MSE(PNITA)",
        },
        {
          name: "against straight lines",
          required: true,
          words: "It beats extrapolating the velocity.",
          inequality: "MSE(PONITA) < MSE(x + v·t)",
        },
        {
          name: "equivariance",
          required: true,
          words: "Rotating the test scenes does not change the error.",
          inequality: "MSE(PONITA, rotated test) / MSE(PONITA, test) ∈ [0.95, 1.05]",
        },
        {
          name: "completeness",
          required: false,
          words:
            "The three attributes of the paper give equal values to two pairs that no rigid motion relates; with o′·r added the pairs differ.",
          inequality: "a pair exists with equal (a₁, a₂, a₃) and different o′·r",
        },
        {
          name: "separable kernel",
          required: false,
          words: "Splitting the convolution saves time in proportion to the number N_o of directions.",
          inequality: "time(one joint kernel) / time(separable) > N_o / 3",
        },
      ],
    },
    reported: [
      {
        part: "against EGNN",
        what: "n-body test MSE, EGNN",
        value: "0.0070",
        where: "official README, n-body table",
      },
      {
        part: "against EGNN",
        what: "n-body test MSE, SEGNN",
        value: "0.0043",
        where: "official README, n-body table",
      },
      {
        part: "against EGNN",
        what: "n-body test MSE, PONITA (3 seeds)",
        value: "0.0043",
        where: "official README, n-body table",
      },
      {
        part: "orientations matter",
        what: "position-orientation against position-only",
        value: "better when directions matter",
        where: "experiments (not confirmed)",
      },
    ],
    tool: "Trains an equivariant network on your point clouds with scalars and vectors, writes predictions and weights, and reports how far rotations change its answers.",
    where: "anywhere",
  },
});
