// Prints what a first visit loads and fails above the budget of it: the entry with what it imports, the frame, English, and
// the sign-in. Other screens load when they are opened; each has its own bound, so that none grows out of sight.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const DIST = join(ROOT, 'dist');
const KB = 1024;
const BUDGET = { js: 80 * KB, css: 15 * KB, fonts: 80 * KB };
const SCREEN_MAX = 40 * KB;
/** Loaded by a first visit though imported lazily. */
const FIRST = ['index.html', 'src/console/account/SignIn.svelte', 'virtual:messages/en'];

const manifest = JSON.parse(readFileSync(join(ROOT, 'node_modules/.fieldkeep/dist.json'), 'utf8'));
const size = (file) => {
  const packed = join(DIST, `${file}.br`);
  return statSync(file.endsWith('.woff2') ? join(DIST, file) : packed).size;
};

/** The files of an entry and of everything that it imports statically. */
function closure(entry, files = new Set(), seen = new Set()) {
  if (seen.has(entry)) return files;
  seen.add(entry);
  const chunk = manifest[entry];
  files.add(chunk.file);
  for (const file of [...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) closure(imported, files, seen);
  return files;
}

const entries = Object.keys(manifest);
const first = new Set();
for (const name of FIRST) {
  const entry = entries.find((one) => one.endsWith(name));
  if (entry === undefined) throw new Error(`${name} is not in the build`);
  for (const file of closure(entry)) first.add(file);
}
const html = readFileSync(join(DIST, 'index.html'), 'utf8');
for (const [, file] of html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)) first.add(file);

const sum = (pattern) => [...first].filter((file) => pattern.test(file)).reduce((all, file) => all + size(file), 0);
const found = { js: sum(/\.js$/), css: sum(/\.css$/), fonts: sum(/latin-wght.*\.woff2$/) };
let over = false;
for (const [kind, bytes] of Object.entries(found)) {
  const fits = bytes <= BUDGET[kind];
  over ||= !fits;
  console.log(`${fits ? 'ok  ' : 'OVER'} ${kind.padEnd(6)} ${(bytes / KB).toFixed(1).padStart(6)} KB of ${BUDGET[kind] / KB} KB`);
}
for (const entry of entries.filter((one) => manifest[one].isDynamicEntry)) {
  const own = [...closure(entry)].filter((file) => !first.has(file) && /\.(?:js|css)$/.test(file));
  const bytes = own.reduce((all, file) => all + size(file), 0);
  const fits = bytes <= SCREEN_MAX;
  over ||= !fits;
  console.log(`${fits ? 'ok  ' : 'OVER'} later  ${(bytes / KB).toFixed(1).padStart(6)} KB ${entry}`);
}
process.exit(over ? 1 : 0);
