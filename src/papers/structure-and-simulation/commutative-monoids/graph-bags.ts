import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumberRequired, columnIndex, readTable } from "../../../kit/tables.ts";
import type { Bag } from "./bags.ts";

/**
 * Makes one bag a node from a graph: the messages of its neighbours, each the neighbour's features followed by the node's own,
 * and the node's target. Edges are read as undirected. Nodes without a target are left out of learning, not of the messages.
 *
 * @param edgesFile a table with the columns `source` and `target`
 * @param nodesFile a table with the columns `id` and `target`; all others are features
 */
export async function readGraphBags(edgesFile: InputFile, nodesFile: InputFile): Promise<Bag[]> {
  const nodes = await readTable(nodesFile, { maxRows: 500_000 });
  const [idAt, targetAt] = [columnIndex(nodes, "id"), columnIndex(nodes, "target")];
  const featureAt = nodes.columns.flatMap((_, c) => (c === idAt || c === targetAt ? [] : [c]));
  if (featureAt.length === 0)
    throw new BadInput("the table has no feature columns beside id and target", { where: nodesFile.name });
  const position = new Map<string, number>();
  const features = nodes.rows.map((row, r) => {
    const id = row[idAt] ?? "";
    if (id === "" || position.has(id)) {
      throw new BadInput(id === "" ? "the node has no id" : `the node "${id}" stands twice`, {
        where: `${nodesFile.name}, line ${nodes.lines[r]}`,
      });
    }
    position.set(id, r);
    return featureAt.map((c) => cellNumberRequired(nodes, r, c));
  });
  const edges = await readTable(edgesFile);
  const [fromAt, toAt] = [columnIndex(edges, "source"), columnIndex(edges, "target")];
  const neighbours: number[][] = features.map(() => []);
  for (const [r, row] of edges.rows.entries()) {
    const ends = [row[fromAt] ?? "", row[toAt] ?? ""].map((id) => {
      const at = position.get(id);
      if (at !== undefined) return at;
      throw new BadInput(`the node "${id}" is not in ${nodesFile.name}`, {
        where: `${edgesFile.name}, line ${edges.lines[r]}`,
      });
    });
    const [a = 0, b = 0] = ends;
    neighbours[a]?.push(b);
    if (a !== b) neighbours[b]?.push(a);
  }
  const bags: Bag[] = [];
  for (const [r, row] of nodes.rows.entries()) {
    const text = row[targetAt] ?? "";
    if (text === "") continue;
    const value = Number(text);
    const items = (neighbours[r] ?? []).map((other) => [...(features[other] ?? []), ...(features[r] ?? [])]);
    bags.push({ items, target: [Number.isFinite(value) ? value : text], line: nodes.lines[r] ?? 0 });
  }
  if (bags.length === 0) throw new BadInput("no node has a target", { where: nodesFile.name });
  if (bags.every((bag) => bag.items.length === 0))
    throw new BadInput("no node with a target has a neighbour", { where: edgesFile.name });
  return bags;
}
