/** Coasts and borders as SVG paths in a frame of the map. */
import land from 'virtual:land';
import type { Frame } from './map';

type Point = [longitude: number, latitude: number];

/** Narrower than this, in degrees, and the outline is coarser than what it would show. */
const DEGREES_MIN = 2.5;

const arcs: Point[][] = land.arcs.map((arc) => {
  let x = 0;
  let y = 0;
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    return [x * land.scale[0] + land.translate[0], y * land.scale[1] + land.translate[1]];
  });
});

const along = (index: number): Point[] => (index < 0 ? (arcs[~index] ?? []).toReversed() : (arcs[index] ?? []));
const rings: Point[][] = land.rings.map((ring) => unbroken(ring.flatMap((index, at) => along(index).slice(at === 0 ? 0 : 1))));
const borders: Point[][] = land.borders.map(along);

/** What crosses the 180th meridian goes on beyond it, and not once around the world. */
function unbroken(points: Point[]): Point[] {
  let turn = 0;
  return points.map(([longitude, latitude], index) => {
    const step = longitude - (points[index - 1]?.[0] ?? longitude);
    if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    return [longitude + turn, latitude];
  });
}

export function outline(frame: Frame): { land: string; borders: string } | null {
  const east = frame.west + frame.width / frame.perLongitude;
  const south = frame.north - frame.height / frame.perLatitude;
  if (east - frame.west < DEGREES_MIN) return null;
  const seen = (points: Point[]): boolean => {
    const [across, down] = [points.map((one) => one[0]), points.map((one) => one[1])];
    return Math.min(...across) < east && Math.max(...across) > frame.west && Math.min(...down) < frame.north && Math.max(...down) > south;
  };
  const path = (lines: Point[][], end: string): string => lines.filter(seen)
    .map((points) => `M${points.map(([longitude, latitude]) => `${frame.x(longitude).toFixed(1)},${frame.y(latitude).toFixed(1)}`).join('L')}${end}`).join('');
  return { land: path(rings, 'Z'), borders: path(borders, '') };
}
