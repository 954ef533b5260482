// The canvas: React Flow draws the store's graph and hands every change back to it. One island on one page.
import { createElement as h, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { Background, Controls, MiniMap, ReactFlow, ReactFlowProvider, applyEdgeChanges, applyNodeChanges, useReactFlow } from "@xyflow/react";
import { connect, disconnect, edgeId, place, remove, writeComment } from "./graph.js";
import { Comment, Step } from "./pieces.js";
import { w } from "./words.js";

const TYPES = { step: Step, comment: Comment };
const NARROW = 640;
const COLOURS = { talk: "#0b7a5b", ask: "#1259a8", logic: "#8a5300", act: "#56645e", outside: "#6b46c1", end: "#b42318" };

const LABELS = {
  "node.a11yDescription.default": w("a11yNode"),
  "node.a11yDescription.keyboardDisabled": w("a11yNode"),
  "edge.a11yDescription.default": w("a11yEdge"),
  "controls.ariaLabel": w("controls"),
  "controls.zoomIn.ariaLabel": w("zoomIn"),
  "controls.zoomOut.ariaLabel": w("zoomOut"),
  "controls.fitView.ariaLabel": w("fitView"),
  "minimap.ariaLabel": w("minimap"),
  "handle.ariaLabel": w("handle"),
};

const colourOf = (node) => COLOURS[node.data.facts?.group] ?? "#c7d1cc";
// The same elements every time: a step that is dragged draws the canvas sixty times a second, and these not at all.
const AROUND = [
  h(Background, { key: "background", gap: 20 }),
  h(Controls, { key: "controls", showInteractive: false, position: "bottom-left" }),
  h(MiniMap, { key: "minimap", pannable: true, zoomable: true, position: "bottom-right", nodeColor: colourOf }),
];

function stepOf(store, node, before) {
  const facts = store.factsOf(node.id);
  const lit = store.lit.has(node.id);
  const name = node.label || facts.title || node.kind;
  const same = before && before.data.facts.revision === facts.revision && before.source === node && before.data.lit === lit && before.factsSource === store.facts[node.id] && before.figures === store.figures;
  const data = same ? before.data : { facts, label: node.label, kind: node.kind, lit };
  return { id: node.id, type: "step", position: { x: node.x, y: node.y }, data, source: node, factsSource: store.facts[node.id], figures: store.figures, ariaLabel: `${name}. ${facts.summary ?? ""}` };
}

function commentOf(store, comment, write, isFixed) {
  const { id, x, y, w: width, h: height, text } = comment;
  return { id, type: "comment", position: { x, y }, width, height, zIndex: -1, data: { text, write, isFixed }, source: comment };
}

/** The store's graph as React Flow's nodes: what has not changed keeps its identity, its size and its selection. */
function mergeNodes(store, before, write, isFixed) {
  const old = new Map(before.map((node) => [node.id, node]));
  const keep = (made) => {
    const previous = old.get(made.id);
    if (!previous) return { ...made, selected: store.selected.includes(made.id) };
    if (previous.source === made.source && previous.data === made.data) return previous;
    return { ...previous, ...made, selected: previous.selected };
  };
  const comments = store.graph.comments.map((comment) => {
    const previous = old.get(comment.id);
    return previous?.source === comment ? previous : keep(commentOf(store, comment, write, isFixed));
  });
  return [...comments, ...store.graph.nodes.map((node) => keep(stepOf(store, node, old.get(node.id))))];
}

const lineOf = (store, edge) => ({
  id: edgeId(edge),
  source: edge.from,
  sourceHandle: edge.port,
  target: edge.to,
  className: store.lit.has(edge.from) && store.lit.has(edge.to) ? "is-lit" : "",
});

function mergeEdges(store, before) {
  const chosen = new Set(before.filter((edge) => edge.selected).map((edge) => edge.id));
  return store.graph.edges.map((edge) => ({ ...lineOf(store, edge), selected: chosen.has(edgeId(edge)) }));
}

const useVersion = (store) => useSyncExternalStore(
  useCallback((heard) => { store.addEventListener("change", heard); return () => store.removeEventListener("change", heard); }, [store]),
  () => store.version,
);

function useGraph(store, isFixed) {
  const version = useVersion(store);
  const write = useCallback((id, text) => store.change(writeComment(store.graph, id, text)), [store]);
  const [nodes, setNodes] = useState(() => mergeNodes(store, [], write, isFixed));
  const [edges, setEdges] = useState(() => mergeEdges(store, []));
  useEffect(() => {
    setNodes((before) => mergeNodes(store, before, write, isFixed));
    setEdges((before) => mergeEdges(store, before));
  }, [store, version, write, isFixed]);
  return { nodes, setNodes, edges, setEdges };
}

/** Where nodes came to rest goes into the graph; while they move, only React Flow knows. */
function restingPlaces(changes) {
  const places = {};
  for (const change of changes) {
    if (change.type === "position" && change.dragging === false && change.position) places[change.id] = { ...places[change.id], ...change.position };
    if (change.type === "dimensions" && change.resizing === false && change.dimensions) places[change.id] = { ...places[change.id], w: change.dimensions.width, h: change.dimensions.height };
  }
  return places;
}

/** All of it; on a narrow canvas, where that would be too small to read, the first steps. */
function firstLook(store, element) {
  const look = { maxZoom: 1, minZoom: 0.3, padding: 0.08 };
  return element.clientWidth < NARROW ? { ...look, nodes: store.graph.nodes.slice(0, 2).map(({ id }) => ({ id })) } : look;
}

function Board({ store, element, isFixed }) {
  const flow = useReactFlow();
  const [look] = useState(() => firstLook(store, element));
  const { nodes, setNodes, edges, setEdges } = useGraph(store, isFixed);
  useEffect(() => { element.flow = flow; element.setNodes = setNodes; element.dispatchEvent(new Event("flow:ready")); }, [element, flow, setNodes]);
  const onNodesChange = useCallback((changes) => {
    setNodes((before) => applyNodeChanges(changes, before));
    const places = restingPlaces(changes);
    if (Object.keys(places).length) store.change(place(store.graph, places));
  }, [setNodes, store]);
  const onEdgesChange = useCallback((changes) => setEdges((before) => applyEdgeChanges(changes, before)), [setEdges]);
  const handlers = useMemo(() => ({
    onConnect: ({ source, sourceHandle, target }) => store.change(connect(store.graph, source, sourceHandle, target)),
    onDelete: ({ nodes: gone, edges: cut }) => store.change(remove(disconnect(store.graph, cut.map((edge) => edge.id)), gone.map((node) => node.id))),
    onSelectionChange: ({ nodes: chosen }) => store.select(chosen.map((node) => node.id)),
    onNodeClick: (_, node) => node.type === "step" && element.open(node.id),
  }), [store, element]);
  return h(ReactFlow, {
    nodes, edges, nodeTypes: TYPES, onNodesChange, onEdgesChange, ...handlers,
    ariaLabelConfig: LABELS, fitView: true, fitViewOptions: look, minZoom: 0.1, maxZoom: 1.75,
    onlyRenderVisibleElements: nodes.length > 80, nodesDraggable: !isFixed, nodesConnectable: !isFixed, deleteKeyCode: isFixed ? null : ["Delete", "Backspace"],
    selectionKeyCode: "Shift", multiSelectionKeyCode: ["Control", "Meta", "Shift"], zoomOnDoubleClick: false, nodeDragThreshold: 3, elevateNodesOnSelect: false,
  }, ...AROUND);
}

/** Draws into `host`; returns what takes it away again. */
export function draw(host, { store, element, isFixed }) {
  const root = createRoot(host);
  root.render(h(ReactFlowProvider, null, h(Board, { store, element, isFixed })));
  return () => root.unmount();
}
