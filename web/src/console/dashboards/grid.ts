/** Where tiles lie: twelve columns, as many rows as are needed, nothing over another, nothing with air above it. */
import type { Tile } from '$api/types';

export const COLUMNS = 12;
export const ROW_PX = 56;
export const GAP_PX = 12;
export const ROWS_MAX = 24;
export const TILES_MAX = 64;
/** Narrower than this, tiles stand below each other. */
export const STACK_BELOW_PX = 720;

const LEAST: Record<string, [number, number]> = { value: [2, 2], chart: [3, 4], state: [2, 2], table: [3, 3], map: [3, 4], note: [2, 1] };
export const FIRST: Record<string, [number, number]> = { value: [3, 2], chart: [6, 5], state: [3, 3], table: [6, 5], map: [6, 5], note: [4, 2] };

export const least = (tile: Tile): [number, number] => LEAST[tile.kind] ?? [2, 2];

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
const meet = (a: Tile, b: Tile): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Into the grid, whatever was asked. */
export function fitted(tile: Tile): Tile {
  const [wide, high] = least(tile);
  const w = clamp(tile.w, wide, COLUMNS);
  return { ...tile, w, h: clamp(tile.h, high, ROWS_MAX), x: clamp(tile.x, 0, COLUMNS - w), y: Math.max(0, tile.y) };
}

/** What is moved has the right of way; the others go down, and everything falls up as far as it can. */
export function settled(tiles: Tile[], moved?: string): Tile[] {
  const order = tiles.map(fitted).sort((a, b) => a.y - b.y || (a.id === moved ? -1 : b.id === moved ? 1 : 0) || a.x - b.x);
  const placed: Tile[] = [];
  for (const tile of order) {
    const free = (y: number): boolean => !placed.some((one) => meet({ ...tile, y }, one));
    let { y } = tile;
    while (!free(y)) y += 1;
    while (y > 0 && free(y - 1)) y -= 1;
    placed.push({ ...tile, y });
  }
  // In the order that they came in, so that nothing is drawn anew.
  return tiles.map((tile) => placed.find((one) => one.id === tile.id) ?? tile);
}

export function changed(tiles: Tile[], id: string, change: Partial<Tile>): Tile[] {
  return settled(tiles.map((tile) => (tile.id === id ? fitted({ ...tile, ...change }) : tile)), id);
}

export const heightOf = (tiles: Tile[]): number => {
  const rows = Math.max(0, ...tiles.map((tile) => tile.y + tile.h));
  return rows === 0 ? 0 : rows * (ROW_PX + GAP_PX) - GAP_PX;
};

/** In the order of reading. */
export const inOrder = (tiles: Tile[]): Tile[] => [...tiles].sort((a, b) => a.y - b.y || a.x - b.x);

export const newId = (): string => crypto.randomUUID().slice(0, 8);
