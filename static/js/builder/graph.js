// Pure changes of a flow's graph: each takes a graph and returns a new one. Nothing here touches the page.

export const SCHEMA = 1;
export const EMPTY = { schema: SCHEMA, nodes: [], edges: [], comments: [] };
const SHIFT = 40;
const MAX_PASTED = 500;

/** The next free id with this letter: `n7`. */
export function freshId(items, letter) {
  const used = items.map((item) => Number(item.id.slice(1))).filter(Number.isInteger);
  return `${letter}${Math.max(0, ...used) + 1}`;
}

export const nodeOf = (graph, id) => graph.nodes.find((node) => node.id === id);
export const edgeId = (edge) => `${edge.from}:${edge.port}`;

export function addNode(graph, { kind, x, y, fields = {}, label = "" }) {
  const node = { id: freshId(graph.nodes, "n"), kind, x: Math.round(x), y: Math.round(y), label, fields };
  return [{ ...graph, nodes: [...graph.nodes, node] }, node];
}

export function addComment(graph, { x, y, text = "" }) {
  const comment = { id: freshId(graph.comments, "c"), x: Math.round(x), y: Math.round(y), w: 220, h: 96, text };
  return { ...graph, comments: [...graph.comments, comment] };
}

/** A port leads to one step only: a new edge takes the place of the old one. */
export function connect(graph, from, port, to) {
  if (!nodeOf(graph, from) || !nodeOf(graph, to)) return graph;
  const others = graph.edges.filter((edge) => edge.from !== from || edge.port !== port);
  return { ...graph, edges: [...others, { from, port, to }] };
}

export function disconnect(graph, ids) {
  const gone = new Set(ids);
  return { ...graph, edges: graph.edges.filter((edge) => !gone.has(edgeId(edge))) };
}

export function remove(graph, ids) {
  const gone = new Set(ids);
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !gone.has(node.id)),
    edges: graph.edges.filter((edge) => !gone.has(edge.from) && !gone.has(edge.to)),
    comments: graph.comments.filter((comment) => !gone.has(comment.id)),
  };
}

/** `places`: {id: {x, y, w?, h?}} of nodes and comments. */
export function place(graph, places) {
  const moved = (item) => {
    const spot = places[item.id];
    return spot ? { ...item, ...Object.fromEntries(Object.entries(spot).map(([key, value]) => [key, Math.round(value)])) } : item;
  };
  return { ...graph, nodes: graph.nodes.map(moved), comments: graph.comments.map(moved) };
}

export function writeComment(graph, id, text) {
  return { ...graph, comments: graph.comments.map((comment) => (comment.id === id ? { ...comment, text } : comment)) };
}

/** One node with its outgoing edges, as the server has just saved them. */
export function replaceNode(graph, node, edges) {
  return {
    ...graph,
    nodes: graph.nodes.map((each) => (each.id === node.id ? { ...node, x: each.x, y: each.y } : each)),
    edges: [...graph.edges.filter((edge) => edge.from !== node.id), ...edges],
  };
}

/** The chosen nodes and comments with the edges among them. */
export function part(graph, ids) {
  const chosen = new Set(ids);
  return {
    pytake: "flow-part",
    schema: SCHEMA,
    nodes: graph.nodes.filter((node) => chosen.has(node.id)),
    edges: graph.edges.filter((edge) => chosen.has(edge.from) && chosen.has(edge.to)),
    comments: graph.comments.filter((comment) => chosen.has(comment.id)),
  };
}

const isText = (value) => typeof value === "string";
const isNode = (node, kinds) => isText(node?.id) && kinds.has(node.kind) && Number.isFinite(node.x) && Number.isFinite(node.y) && node.fields?.constructor === Object;
const isEdge = (edge) => isText(edge?.from) && isText(edge.port) && isText(edge.to);
const isComment = (comment) => isText(comment?.id) && isText(comment.text) && [comment.x, comment.y, comment.w, comment.h].every(Number.isFinite);

/** What was copied from a flow, or null: the clipboard may hold anything. */
export function readPart(text, kinds) {
  let found;
  try { found = JSON.parse(text); } catch { return null; }
  if (found?.pytake !== "flow-part" || found.schema !== SCHEMA) return null;
  const { nodes, edges, comments = [] } = found;
  if (![nodes, edges, comments].every(Array.isArray) || nodes.length + comments.length > MAX_PASTED) return null;
  const known = new Set(kinds);
  return nodes.every((node) => isNode(node, known)) && edges.every(isEdge) && comments.every(isComment) ? { nodes, edges, comments } : null;
}

/** Insert a part under new ids, a little aside; a flow has its own start. Returns [graph, ids of what is new]. */
export function insert(graph, found, shift = SHIFT) {
  const names = new Map();
  let next = graph;
  for (const { id, kind, x, y, label, fields } of found.nodes.filter((node) => node.kind !== "start")) {
    const [grown, node] = addNode(next, { kind, x: x + shift, y: y + shift, label: isText(label) ? label : "", fields: structuredClone(fields) });
    names.set(id, node.id);
    next = grown;
  }
  for (const edge of found.edges) next = connect(next, names.get(edge.from), edge.port, names.get(edge.to));
  for (const { id, x, y, w, h, text } of found.comments) {
    const fresh = freshId(next.comments, "c");
    names.set(id, fresh);
    next = { ...next, comments: [...next.comments, { id: fresh, x: x + shift, y: y + shift, w, h, text }] };
  }
  return [next, [...names.values()]];
}
