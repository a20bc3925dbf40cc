interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  properties?: Record<string, Schema>;
  description?: string;
  default?: unknown;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Described {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; required: boolean; description: string; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}

interface Document {
  info: { description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
}

/** The name of the shape that a schema refers to; of a form, that of its job. */
function shapeOf(schema: Schema | undefined): string | undefined {
  const to = schema?.$ref ?? schema?.properties?.job?.$ref;
  return to?.replace("#/components/schemas/", "");
}

function kindOf({ in: place, required, schema }: { in: string; required: boolean; schema: Schema }): string {
  const values = schema.enum?.map((value) => `“${value}”`).join(" or ");
  const usual = schema.default === undefined ? undefined : `“${schema.default}” without`;
  return [place, values, usual, required ? "required" : undefined].filter((part) => part !== undefined).join(", ");
}

/** What the readable page shows of the OpenAPI document. */
export function apiPage(given: Record<string, unknown>) {
  const document = given as unknown as Document; // as src/api/openapi.ts makes it
  return {
    description: document.info.description,
    base: document.servers[0]?.url ?? "",
    operations: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const [type, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
        return {
          ...{ id: operation.operationId, method: method.toUpperCase(), path },
          summary: operation.summary,
          more: operation.description,
          parameters: (operation.parameters ?? []).map((own) => ({
            name: own.name,
            kind: kindOf(own),
            text: own.description,
          })),
          body: type === undefined ? undefined : { type, shape: shapeOf(body?.schema) ?? "" },
          answers: Object.entries(operation.responses).map(([status, { description, content }]) => ({
            ...{ status, text: description },
            shape: shapeOf(Object.values(content ?? {})[0]?.schema),
          })),
        };
      }),
    ),
    shapes: Object.entries(document.components.schemas).map(([name, schema]) => ({
      name,
      text: schema.description,
      schema: JSON.stringify(schema, null, 2),
    })),
  };
}
