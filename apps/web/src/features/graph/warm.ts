import type { Focus, Scene } from './scene.ts';

/** How many focuses are drawn to nowhere before the first one that somebody asks for. */
const ROUNDS = 6;
/** After the first picture, so long until nobody waits for anything else. */
const REST_MS = 600;

/**
 * Draws some focuses when there is nothing else to do, so that the first one that somebody asks for is as quick as all later
 * ones: engines compile what they run only once it has run for a while. Each is a task of its own.
 * @param draw draws what is lit, wherever nobody sees it
 * @returns gives it up
 */
export function warmUp(scene: Scene, draw: (focus: Focus) => void): () => void {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const nodes = [...scene.boxes, ...scene.cards];
  const run = (round: number) => {
    const node = nodes[Math.floor((round * nodes.length) / ROUNDS)];
    if (node === undefined) return;
    draw(focusAround(scene, node.id));
    if (round + 1 < ROUNDS) handle = setTimeout(run, 50, round + 1);
  };
  handle = setTimeout(run, REST_MS, 0);
  return () => clearTimeout(handle);
}

/** A node with what it is joined to. */
function focusAround({ plain }: Scene, id: string): Focus {
  const nodes = new Set([id]);
  const edges = new Set<string>();
  for (const { id: own, edge } of plain) {
    if (edge.from !== id && edge.to !== id) continue;
    edges.add(own);
    nodes.add(edge.from).add(edge.to);
  }
  return { lit: { nodes, edges }, selected: new Set([id]) };
}
