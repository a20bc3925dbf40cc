import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** `vitest run` is the fast suite; `vitest run --mode browser` and so on run the suites of test/<mode>, one file at a time. */
const suites = ["browser", "postgres", "package"];

/** What is waited for comes late on a machine that is shared. */
const expect = { poll: { timeout: 20_000 } };

export default defineConfig(({ mode }) => ({
  test: suites.includes(mode)
    ? {
        include: [`test/${mode}/**/*.test.ts`],
        testTimeout: 180_000,
        hookTimeout: 300_000,
        expect,
        pool: "forks",
        fileParallelism: false,
      }
    : {
        include: ["src/**/*.test.ts", "src/**/*.test.tsx", "test/**/*.test.ts", "bench/**/*.test.ts"],
        exclude: [...suites.map((suite) => `test/${suite}/**`), "node_modules/**"],
        // A claim's test takes most of it on a machine that is shared.
        testTimeout: 120_000,
        expect,
        pool: "forks",
        // Without it two cores would be given one worker, and the suite twice the time.
        maxWorkers: Math.max(2, availableParallelism() - 1),
      },
}));
