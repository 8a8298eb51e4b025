/** A plain equirectangular map: degrees to pixels, zoomed so that all places are in it, with a graticule in round steps. */
export interface Place {
  latitude: number;
  longitude: number;
}

export interface Frame {
  width: number;
  height: number;
  west: number;
  north: number;
  /** Pixels of a degree of longitude, and of latitude. */
  perLongitude: number;
  perLatitude: number;
  x: (longitude: number) => number;
  y: (latitude: number) => number;
}

export interface Line {
  at: number;
  place: number;
  text: string;
}

const STEPS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 45];
/** One place alone, or two beside each other, still have a neighbourhood. */
const SPAN_MIN = 0.06;
/** Where somebody looks closer: a few hundred metres. */
const SPAN_MIN_CLOSE = 0.002;
const APART_PX = 110;
/** A label needs so much room before the right edge. */
const LABEL_PX = 40;
const ROOM = 0.16;

export function framed(places: Place[], width: number, height: number, close = false): Frame {
  const spanMin = close ? SPAN_MIN_CLOSE : SPAN_MIN;
  const span = (values: number[]): [number, number] => (values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)]);
  const [south, north] = span(places.map((one) => one.latitude));
  const [west, east] = span(places.map((one) => one.longitude));
  const middle = { latitude: (south + north) / 2, longitude: (west + east) / 2 };
  // A degree of longitude is shorter away from the equator; so that shapes are right in the middle of the map.
  const narrow = Math.max(0.15, Math.cos((middle.latitude * Math.PI) / 180));
  const inside = 1 - 2 * ROOM;
  const perLatitude = Math.min(
    (height * inside) / Math.max(north - south, spanMin),
    (width * inside) / (Math.max(east - west, spanMin) * narrow),
  );
  const perLongitude = perLatitude * narrow;
  const left = middle.longitude - width / 2 / perLongitude;
  const top = middle.latitude + height / 2 / perLatitude;
  return {
    width, height, west: left, north: top, perLongitude, perLatitude,
    x: (longitude) => (longitude - left) * perLongitude,
    y: (latitude) => (top - latitude) * perLatitude,
  };
}

export function lines(frame: Frame): { meridians: Line[]; parallels: Line[] } {
  const step = (pixels: number): number => STEPS.find((one) => one * pixels >= APART_PX) ?? 45;
  const across = step(frame.perLongitude);
  const down = step(frame.perLatitude);
  const meridians: Line[] = [];
  const parallels: Line[] = [];
  const east = frame.west + frame.width / frame.perLongitude;
  const south = frame.north - frame.height / frame.perLatitude;
  for (let index = Math.ceil(frame.west / across); index * across <= east; index += 1) {
    const at = index * across;
    if (Math.abs(at) <= 180) meridians.push({ at, place: Math.round(frame.x(at)), text: frame.x(at) > frame.width - LABEL_PX ? '' : degrees(at, across, 'E', 'W') });
  }
  for (let index = Math.ceil(south / down); index * down <= frame.north; index += 1) {
    const at = index * down;
    if (Math.abs(at) <= 90) parallels.push({ at, place: Math.round(frame.y(at)), text: degrees(at, down, 'N', 'S') });
  }
  return { meridians, parallels };
}

function degrees(at: number, step: number, plus: string, minus: string): string {
  const digits = step >= 1 ? 0 : step >= 0.1 ? 2 : 3;
  const rounded = Number(Math.abs(at).toFixed(digits));
  return `${rounded}°${rounded === 0 ? '' : ` ${at > 0 ? plus : minus}`}`;
}

/** What people type: "50.08, 14.43". null when it is no place; undefined when there is nothing. */
export function locationFrom(text: string): [number, number] | null | undefined {
  if (text.trim() === '') return undefined;
  // Where a comma stands before the decimals, a semicolon or a space is between the two: as in "53,531; 9,961".
  const commas = /^-?\d+,\d+(?:\s*;\s*|\s+)-?\d+,\d+$/.test(text.trim());
  const parts = (commas ? text.replaceAll(',', '.') : text).trim().split(/[\s;]+|,\s*/).filter((part) => part !== '');
  const [latitude, longitude] = parts.map(Number);
  if (parts.length !== 2 || latitude === undefined || longitude === undefined) return null;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return null;
  return [latitude, longitude];
}
