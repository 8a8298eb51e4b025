// Rules that the linter does not know: what the content security policy and the house ask for, and words in every language.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { FluentResource } from '@fluent/bundle';
import { iconNames } from './icons.mjs';
import { catalogues, walk } from './plugins.mjs';

const ROOT = new URL('..', import.meta.url).pathname;
const LINES_MAX = 600;
const LANGUAGES = ['en', 'es'];
/** Ids that are put together at run time: everything that begins so is in use. */
const BUILT = /`([a-z0-9]+(?:-[a-z0-9]+)*-)\$\{|word\('([a-z0-9-]+)'/g;
/** Words that every screen may take, in use or not. */
const SHARED = new Set(['save', 'more']);
/** Messages whose number is never one: a bound, or what is offered only where there are more. */
const FIXED = new Set(['device-signals-max', 'device-every', 'dashboards-said']);

/** By language: what the glossary of README.md replaced, and what to write. \\b knows no accents, so words end at (?!\\p{L}). */
const word = (text) => new RegExp(`(?<!\\p{L})(?:${text})(?!\\p{L})`, 'iu');
const FORBIDDEN = {
  en: [
    [word('quarantined'), 'held back'],
    [word('click here|please|sorry|oops'), 'say what happened and what to do'],
    [/\p{L}'\p{L}/u, 'the apostrophe is ’'],
  ],
  es: [
    [word('tú|tu|tus|te|ti|contigo|vosotros|vuestr[oa]s?|os|sois|habéis|tenéis|eres|tienes|puedes|quieres|debes'), 'usted'],
    [word('(?:escrib|ped|eleg|abr|recib|sal)iste|hiciste|(?:guard|dej|cre|inici|envi)aste|ves|entras|vincules'), 'usted'],
    [word('haz|pídel[oa]s?|rótalas?|dal[oa]s?|inténtalo|guárdal[oa]s?|cópial[oa]|escanéal[oa]'), 'an order to usted'],
    [/(?<!\p{L})(?:Elige|Crea|Añade|Quita|Registra|Escribe|Busca|Prueba|Invita|Pregunta|Prohíbe) (?:un[oa]?|otr[oa]|el|la|los|las|est[ae]|a|por)(?!\p{L})/u, 'an order to usted'],
    [word('adop\\p{L}+'), 'reclamar'],
    [word('ficheros?'), 'archivo'],
    [word('sucesos?'), 'evento'],
    [word('gráficas?'), 'gráfico'],
    [word('métricas?'), 'señal'],
    [word('mediciones|medición'), 'lectura'],
    [word('dueñ[oa]s?'), 'propietario'],
    [word('exclui\\p{L}+|readmit\\p{L}+|dejar entrar'), 'bloquear, desbloquear'],
    [word('claves? de acceso'), 'llave de acceso'],
    [word('elegidos|elegir los'), 'seleccionar'],
    [word('aplicación de códigos'), 'aplicación de autenticación'],
    [word('períodos?'), 'periodo'],
    [word('toda la instalación|de la instalación'), 'despliegue'],
    [word('ids?'), 'identificador'],
    [word('cuentas? de servicio'), 'programa'],
    [/^[^¿]*\?/, 'a question begins with ¿'],
    [/^[^¡]*!/, 'an exclamation begins with ¡'],
    [/\.\.\./, 'three dots are …'],
  ],
};

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

/** A message begins at its id; what is indented below belongs to it. */
function ids(language) {
  const found = new Map();
  for (const file of catalogues(language)) {
    const catalogue = readFileSync(file, 'utf8');
    const understood = new Set(new FluentResource(catalogue).body.map((one) => one.id));
    for (const match of catalogue.matchAll(/^([a-z][a-z0-9-]*) =(.*(?:\n[ \t]+.*)*)/gm)) {
      const [, id, words] = match;
      const line = match.input.slice(0, match.index).split('\n').length;
      if (found.has(id)) fault(file, line, `${id} stands twice`);
      // What Fluent cannot read it leaves out without a word.
      if (!understood.has(id)) fault(file, line, `${id} is no message of Fluent's`);
      // Once each: a plural says its count in some of its forms. What is only selected by is a matter of each language: adjectives
      // have no plural in English.
      const variables = [...new Set([...words.matchAll(/\$(\w+)(?! ->)\b/g)].map((one) => one[1]))].sort().join();
      found.set(id, { file, line, variables, words });
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

for (const [index, language] of LANGUAGES.entries()) {
  for (const [id, { file, line, words }] of [main, ...others][index]) {
    for (const [forbidden, why] of FORBIDDEN[language]) {
      const found = forbidden.exec(words)?.[0];
      if (found) fault(file, line, `${id}: "${found}": ${why}`);
    }
    const counted = /\{ \$(?:count|seconds|devices) \} (?:\p{L}+s|people)(?!\p{L})/u.test(words);
    if (counted && !/->/.test(words) && !FIXED.has(id)) fault(file, line, `${id}: a count before a word needs its [one]`);
    if (/->/.test(words) && /\[other\]/.test(words) && !/\[one\]/.test(words)) fault(file, line, `${id}: [other] without [one]`);
  }
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
