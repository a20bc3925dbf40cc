import type { Config } from "@react-router/dev/config";

export default {
  appDirectory: "src/web/app",
  // A build goes to a folder of its own and takes the place of the old one when it is complete (src/web/build.ts).
  buildDirectory: process.env.LIVEPAPERS_BUILD ?? "build",
  ssr: true,
  // The site has a dozen routes: naming them all costs less than asking for them one by one.
  routeDiscovery: { mode: "initial" },
} satisfies Config;
