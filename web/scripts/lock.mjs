// Keeps package-lock.json to what is built and shipped on: glibc Linux on x64 and arm64.
//
// rolldown, lightningcss and oxlint list a binary for every platform there is, which would make up half of the lock. Whoever
// works on another system runs `npm install` there and does not commit the lock. Run it after each change of a dependency;
// `--check` fails when a run would change something or when there are more than MAX packages.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const MAX = 60;
const PLATFORM = /(?:binding-|lightningcss-)[a-z0-9]+-[a-z0-9-]+$/;
const KEPT = /linux-(?:x64|arm64)-gnu$/;
const LICENCES = new Set(['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Zlib', 'MPL-2.0', 'OFL-1.1']);
/** Used by binaries alone that are left out. */
const LEFT_OUT = ['@emnapi/core', '@emnapi/runtime', '@emnapi/wasi-threads', '@napi-rs/wasm-runtime', '@tybys/wasm-util', 'tslib', 'fsevents'];

/** `npm ci` asks for what an entry names; so what is left out is not named either. */
function without(entry) {
  const out = { ...entry };
  for (const kind of ['optionalDependencies', 'dependencies']) {
    if (!out[kind]) continue;
    const names = Object.entries(out[kind]).filter(([name]) => !(LEFT_OUT.includes(name) || (PLATFORM.test(name) && !KEPT.test(name))));
    if (names.length > 0) out[kind] = Object.fromEntries(names);
    else delete out[kind];
  }
  return out;
}

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const kept = {};
const faults = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  const name = path.split('node_modules/').pop();
  if ((PLATFORM.test(name) && !KEPT.test(name)) || LEFT_OUT.includes(name)) continue;
  if (path !== '' && !LICENCES.has(entry.license)) faults.push(`${name}: licence ${entry.license} is not on the list`);
  if (path !== '') delete entry.resolved;
  kept[path] = without(entry);
}
const count = Object.keys(kept).length - 1;
if (count > MAX) faults.push(`${count} packages, at most ${MAX}`);
lock.packages = kept;
const text = JSON.stringify(lock, null, 2) + '\n';
if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) faults.push('package-lock.json: run `npm run lock`');
} else writeFileSync(FILE, text);
for (const fault of faults) console.error(fault);
console.log(`${count} packages in the lock`);
process.exit(faults.length > 0 ? 1 : 0);
