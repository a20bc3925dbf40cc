/**
 * livepapers as a library. Methods are exported by field: `import { bordaRanking } from "livepapers/ranking-and-rewards"`.
 * This entry has the catalogue, and what claims and tools are run with in the same process, in Node or in a browser.
 */
export { BadInput, Cancelled, isBadInput } from "./kit/errors.ts";
export { type FieldId, fieldIds, fields, isField } from "./kit/fields.ts";
export { blobFile, type InputFile, memoryFile } from "./kit/files.ts";
export type * from "./kit/paper.ts";
export { defineClaim, definePaper, defineTool, isRunnable, scales } from "./kit/paper.ts";
export { claimParams, type Field, fieldsOf, jsonSchema, parseParams } from "./kit/params.ts";
export { Random } from "./kit/random.ts";
export { createRun, createToolRun, type RunOptions } from "./kit/run.ts";
export { catalogue, findPaper, getPaper, papersOf } from "./papers/catalogue.ts";
