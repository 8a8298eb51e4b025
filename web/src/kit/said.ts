/** Sentences known by what they are in English, {…} for what is put in. */
export type Saying = (text: string) => string | null;

const PLACE = /\{[^{}]*\}/g;
/** What is put into a sentence may be a sentence; no deeper than any of the server's. */
const DEEP_MAX = 3;

interface Known {
  shape: RegExp;
  /** What the places are called, as they follow each other. */
  places: string[];
  words: string;
}

/** Of pairs: a sentence of the server's, and what it is in the other language. Those without places go first, then the longest. */
export function saying(pairs: readonly (readonly [string, string])[]): Saying {
  const whole = new Map(pairs.filter(([said]) => said.search(PLACE) < 0));
  const known: Known[] = pairs.filter(([said]) => said.search(PLACE) >= 0).map(([said, words]) => ({
    shape: new RegExp(`^${said.split(PLACE).map(literal).join('(.+?)')}$`, 's'),
    places: (said.match(PLACE) ?? []).map(named),
    words,
  })).sort((a, b) => b.shape.source.length - a.shape.source.length);

  const say = (text: string, deep: number): string | null => {
    const found = whole.get(text);
    if (found !== undefined || deep > DEEP_MAX) return found ?? null;
    for (const one of known) {
      const match = one.shape.exec(text);
      if (match) return filled(one, match.slice(1).map((put) => say(put, deep + 1) ?? put));
    }
    return null;
  };
  return (text) => say(text, 0);
}

/** Places without a name follow each other on both sides. */
function filled({ places, words }: Known, put: string[]): string {
  let next = 0;
  return words.replaceAll(PLACE, (place) => {
    const name = named(place);
    const at = name === '' ? places.indexOf('', next) : places.indexOf(name);
    if (name === '') next = at + 1;
    return put[at] ?? place;
  });
}

/** `{name:.96}` is `name`. */
const named = (place: string): string => place.slice(1, -1).replace(/:.*$/, '');

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
