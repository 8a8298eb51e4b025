// What the server says in English has its words in Spanish: both sides are read, so that neither goes its own way.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { walk } from '../../scripts/plugins.mjs';

const CRATES = new URL('../../../crates/', import.meta.url).pathname;
/** Of these nobody is told on a page: devices and programs are. */
const FOR_MACHINES = /server\/src\/(?:admission|identity|journal|account\/oauth|account\/http\/keys|http\/connection|telemetry\/job|live\/http)/;
const TO_PROGRAMS = new Set([
  'a valid key is required: send `Authorization: Bearer fk_svc_…`',
  'sign in, or send a program\'s key as `Authorization: Bearer fk_svc_…`',
  'this deployment already has keys; the first one is made only once',
  'the host in the request is not the name of this connection (SNI)',
  'nobody has claimed this device yet; ask again later',
  'claim refused: {why}; the device stays unclaimed',
]);

async function load(path) {
  const source = readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

/** Every text in the sources, with what stands before and behind it. */
function texts() {
  const found = [];
  for (const folder of ['server/src', 'domain/src', 'policy/src']) {
    for (const file of walk(CRATES + folder).filter((one) => one.endsWith('.rs') && !/tests?\.rs$/.test(one))) {
      const source = readFileSync(file, 'utf8').replace(/#\[cfg\(test\)\]\s*mod tests \{[\s\S]*$/, '').replaceAll(/^\s*\/\/.*$/gm, '');
      for (const match of source.matchAll(/"((?:[^"\\]|\\[\s\S])*)"/g)) {
        const text = match[1].replaceAll(/\\\n\s*/g, '').replaceAll('\\"', '"');
        const end = match.index + match[0].length;
        found.push({ file: file.slice(CRATES.length), text, before: source.slice(Math.max(0, match.index - 160), match.index), behind: source.slice(end, end + 260) });
      }
    }
  }
  return found;
}

/** The kind of fault that a text is said with, where it is. */
function kind({ before, behind }) {
  const direct = /Fault::(\w+)\(\s*(?:Kind::(\w+),\s*)?(?:format!\(\s*)?$/.exec(before);
  if (direct) return direct[2] ?? direct[1];
  if (!/let text\s*=\s*(?:format!\(\s*)?$/.test(before)) return null;
  const later = /Fault::(\w+)\(\s*(?:(?:crate::fault::)?Kind::(\w+))?/.exec(behind);
  return later ? (later[2] ?? later[1]) : null;
}

const TOLD = new Set(['conflict', 'Conflict', 'Forbidden', 'TooMany', 'Unavailable', 'unavailable', 'TooLarge', 'Unauthenticated', 'TooSlow']);

test('everything that a person can be refused with is known in Spanish', async () => {
  const { SAID } = await load('kit/said.es.ts');
  const known = new Set(SAID.map(([said]) => said));
  const told = texts().filter((one) => !FOR_MACHINES.test(one.file) && TOLD.has(kind(one)));
  assert.ok(told.length > 90, `only ${told.length} refusals were found in the sources`);
  const missing = told.filter(({ text }) => / /.test(text) && !known.has(text) && !TO_PROGRAMS.has(text)).map(({ file, text }) => `${file}: ${text}`);
  assert.deepEqual(missing, []);
});

test('nothing in Spanish is of what the server no longer says, and the same is put in', async () => {
  const { SAID } = await load('kit/said.es.ts');
  const there = new Set(texts().map(({ text }) => text));
  const derived = (said) => [...there].some((text) => text.replaceAll(/, max = [\w:]+/g, '') === said);
  assert.deepEqual(SAID.map(([said]) => said).filter((said) => !there.has(said) && !derived(said)), []);
  const places = (text) => (text.match(/\{[^{}]*\}/g) ?? []).map((one) => one.replace(/:.*\}/, '}')).sort().join();
  for (const [said, words] of SAID) assert.equal(places(words), places(said), said);
  assert.equal(new Set(SAID.map(([said]) => said)).size, SAID.length, 'one stands twice');
});

test('a sentence is found by its shape, with what is put in said too', async () => {
  const { saying } = await load('kit/said.ts');
  const { SAID } = await load('kit/said.es.ts');
  const say = saying(SAID);
  assert.equal(say('this code is not right'), 'este código no es correcto');
  assert.equal(say('limit `grants`: at most 64 roles for one person'), 'límite `grants`: a lo sumo 64 roles por persona');
  assert.equal(say('a device that is made but unclaimed cannot be installed'), 'un dispositivo que está fabricado y sin reclamar no puede instalarse');
  assert.equal(say('`u_1` came with `%` where no unit is declared'), '`u_1` llegó con `%` donde se declara «sin unidad»');
  assert.equal(say('limit `api`: 20 per second, 40 at once; nothing was done. Come back in 3 s'), 'límite `api`: 20 por segundo y 40 a la vez; no se hizo nada. Vuelva en 3 s');
  assert.equal(say('`name`: name refused: 1 to 100 bytes without control or invisible characters expected'), '`name`: nombre rechazado: se esperaban de 1 a 100 bytes sin caracteres de control ni invisibles');
  assert.equal(say('something that nobody says'), null);
});
