import { reactRouter } from "@react-router/dev/vite";
import { defineConfig } from "vite";
import { browserOnly } from "./src/web/bundling.ts";

export default defineConfig({
  plugins: [reactRouter(), browserOnly()],
  publicDir: "src/web/public",
  worker: { format: "es", plugins: () => [browserOnly()] },
  build: {
    target: "es2022",
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
  },
  server: { port: 4000 },
});
