// Rules that the linter does not know: what the content security policy and the house ask for, and words in every language.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { catalogues, iconNames, walk } from './plugins.mjs';

const ROOT = new URL('..', import.meta.url).pathname;
const LINES_MAX = 600;
const LANGUAGES = ['en', 'es'];
/** Ids that are put together at run time: everything that begins so is in use. */
const BUILT = /`([a-z0-9]+(?:-[a-z0-9]+)*-)\$\{|word\('([a-z0-9-]+)'/g;
/** Words that every screen may take, in use or not. */
const SHARED = new Set(['save', 'more']);

const faults = [];
const sources = walk(`${ROOT}src`).filter((file) => /\.(?:ts|svelte|css)$/.test(file) && !file.endsWith('api/types.ts'));
const text = new Map(sources.map((file) => [file, readFileSync(file, 'utf8')]));
const fault = (file, line, what) => faults.push(`${relative(ROOT, file)}:${line}: ${what}`);

/** Each fault of a pattern with the line it stands in. */
function ban(pattern, what, only = /./) {
  for (const [file, source] of text) {
    if (!only.test(file)) continue;
    for (const match of source.matchAll(pattern)) fault(file, source.slice(0, match.index).split('\n').length, what);
  }
}

ban(/\{@html/g, '{@html} is banned: text is data');
ban(/\sstyle=/g, 'style= is banned by the policy: use style:property or a class', /\.svelte$/);
ban(/\binnerHTML\b|\bouterHTML\b|\binsertAdjacentHTML\b/g, 'no markup from strings');
ban(/\beval\(|new Function\(/g, 'no code from strings');
ban(/https?:\/\/(?!www\.w3\.org\/)/g, 'nothing is loaded from elsewhere', /\.(?:svelte|css)$/);
ban(/\bDate\.now\(\)|new Date\(\)/g, 'the time on the page is the server\'s: clock() or serverNow() of kit/clock', /src\/(?:ui|console)\/(?!account\/onward|manage\/rights)/);
ban(/#[0-9a-fA-F]{3,8}\b(?![-\w])(?=[;\s,)'"])/g, 'colours come from tokens.css', /\.(?:svelte|css)$/);

for (const [file, source] of text) {
  const lines = source.split('\n').length - 1;
  if (lines > LINES_MAX) fault(file, lines, `more than ${LINES_MAX} lines`);
}

const everything = [...text.values()].join('\n');
const used = new Set();
for (const match of everything.matchAll(/['"`]([a-z][a-z0-9]*(?:-[a-z0-9]+)*)['"`]/g)) used.add(match[1]);
const prefixes = [...everything.matchAll(BUILT)].map((match) => match[1] ?? `${match[2]}-`);

function ids(language) {
  const found = new Map();
  for (const file of catalogues(language)) {
    for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
      const id = /^([a-z][a-z0-9-]*) =/.exec(line)?.[1];
      if (id === undefined) continue;
      if (found.has(id)) fault(file, index + 1, `${id} stands twice`);
      const variables = [...line.matchAll(/\$(\w+)/g)].map((match) => match[1]).sort().join();
      found.set(id, { file, line: index + 1, variables });
    }
  }
  return found;
}

const [main, ...others] = LANGUAGES.map(ids);
for (const other of others) {
  for (const [id, at] of main) {
    const there = other.get(id);
    if (!there) fault(at.file, at.line, `${id} is missing in another language`);
    else if (there.variables !== at.variables) fault(there.file, there.line, `${id} has other variables than in English`);
  }
  for (const [id, at] of other) if (!main.has(id)) fault(at.file, at.line, `${id} is not in English`);
}
for (const [id, at] of main) {
  if (!used.has(id) && !SHARED.has(id) && !prefixes.some((prefix) => id.startsWith(prefix))) fault(at.file, at.line, `${id} is used by nobody`);
}
for (const [file, source] of text) {
  for (const match of source.matchAll(/\bt\('([^']+)'/g)) {
    if (!main.has(match[1])) fault(file, source.slice(0, match.index).split('\n').length, `no words for ${match[1]}`);
  }
}
const names = iconNames();
if (names.join() !== [...new Set(names)].sort().join()) faults.push('src/ui/icons.ts: in order, each once');

for (const one of faults) console.error(one);
process.exit(faults.length > 0 ? 1 : 0);
