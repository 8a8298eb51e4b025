/** Points of a map that would lie on each other, as one mark with how many they are: at any zoom there are as many as fit. */
export interface Point {
  x: number;
  y: number;
}

export interface Cluster<P extends Point> extends Point {
  members: P[];
}

/** A mark, and room to press the next one. */
const CELL_PX = 44;
/** Marks that are nearer than this would cover each other (WCAG 2.5.8). */
const APART_PX = 38;

/**
 * By a grid first, so that it takes as long as there are points, whatever lies where; then marks on both sides of a line of
 * the grid become one if they would touch. What is outside the picture is left out.
 */
export function clustered<P extends Point>(points: readonly P[], width: number, height: number): Cluster<P>[] {
  const cells = new Map<string, P[]>();
  for (const point of points) {
    if (point.x < 0 || point.y < 0 || point.x > width || point.y > height) continue;
    const key = cell(point);
    const there = cells.get(key);
    if (there) there.push(point);
    else cells.set(key, [point]);
  }
  const found = new Map<string, Cluster<P>>();
  // The greatest first: it keeps its place, and the small ones beside it come to it.
  for (const members of [...cells.values()].sort((a, b) => b.length - a.length)) {
    const here = middle(members);
    const near = neighbours(here).map((key) => found.get(key)).find((one) => one !== undefined && Math.hypot(one.x - here.x, one.y - here.y) < APART_PX);
    if (near) near.members.push(...members);
    else found.set(cell(here), { ...here, members });
  }
  return [...found.values()];
}

const cell = ({ x, y }: Point): string => `${Math.floor(x / CELL_PX)} ${Math.floor(y / CELL_PX)}`;

function neighbours({ x, y }: Point): string[] {
  const around = [-CELL_PX, 0, CELL_PX];
  return around.flatMap((down) => around.map((across) => cell({ x: x + across, y: y + down })));
}

function middle(points: readonly Point[]): Point {
  let [x, y] = [0, 0];
  for (const point of points) {
    x += point.x;
    y += point.y;
  }
  return { x: x / points.length, y: y / points.length };
}
