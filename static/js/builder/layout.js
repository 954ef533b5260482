// Where nodes stand: automatic layout from left to right, and alignment of what is selected.
import dagre from "@dagrejs/dagre";

const WIDTH = 232;
const GAP = { rankdir: "LR", nodesep: 36, ranksep: 84, marginx: 24, marginy: 24 };

/** {id: {x, y}} for every node; `sizes` gives {width, height} where the page has measured them. */
export function arrange(graph, sizes) {
  const plan = new dagre.graphlib.Graph();
  plan.setGraph(GAP).setDefaultEdgeLabel(() => ({}));
  for (const { id } of graph.nodes) plan.setNode(id, { width: sizes[id]?.width ?? WIDTH, height: sizes[id]?.height ?? 110 });
  for (const { from, to } of graph.edges) plan.setEdge(from, to);
  dagre.layout(plan);
  const spot = ({ x, y, width, height }) => ({ x: x - width / 2, y: y - height / 2 });
  return Object.fromEntries(graph.nodes.map(({ id }) => [id, spot(plan.node(id))]));
}

/** `how`: left, top, columns (same distance across) or rows. */
export function align(items, how) {
  const axis = how === "left" || how === "columns" ? "x" : "y";
  if (how === "left" || how === "top") {
    const edge = Math.min(...items.map((item) => item[axis]));
    return Object.fromEntries(items.map((item) => [item.id, { [axis]: edge }]));
  }
  const sorted = [...items].sort((a, b) => a[axis] - b[axis]);
  const first = sorted[0][axis];
  const step = (sorted.at(-1)[axis] - first) / Math.max(1, sorted.length - 1);
  return Object.fromEntries(sorted.map((item, index) => [item.id, { [axis]: first + index * step }]));
}
