import { normalCdf } from "../../../kit/stats.ts";
import { rightVote, type VoteShift } from "./vote-accuracy.ts";

/** Ends and step of the integral over the common factor; the integrand is Gaussian, so the trapezoid is exact to rounding. */
const reach = 9;
const step = 1 / 32;

/**
 * $F_p(t)$ of the accuracy forecast (paper, section 4): the probability that all $K - 1$ components of
 * $\mathcal N(t\mathbf 1, \Sigma_p)$ are positive, the true class's lead over every other class for many features.
 *
 * One feature's lead over class c has mean $1 - p$, variance $(1 - p(K-2)/K) - (1-p)^2$ and covariance
 * $b = (1 - p(K-1)/K) - (1-p)^2$ with its lead over another class. All components thus share one factor,
 * $F_p(t) = \int \varphi(z)\,\Phi\bigl((t + \sqrt b\,z)/\sqrt{p/K}\bigr)^{K-1}\,dz$. Without shift ($p = 0$) it is a step.
 */
export function leadProbability(shift: VoteShift, t: number): number {
  const { K, p } = shift;
  if (t === Number.POSITIVE_INFINITY) return 1;
  if (p === 0) return t > 0 ? 1 : 1 / K;
  const common = Math.sqrt(Math.max(0, rightVote(shift) - (1 - p) ** 2));
  const own = Math.sqrt(p / K);
  let sum = 0;
  for (let z = -reach; z <= reach; z += step) {
    sum += Math.exp((-z * z) / 2) * normalCdf((t + common * z) / own) ** (K - 1);
  }
  return (sum * step) / Math.sqrt(2 * Math.PI);
}
