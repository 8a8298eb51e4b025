// What the build does beside bundling: the catalogues of messages, and the compressed copies that the server sends as they are.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { constants, brotliCompressSync } from 'node:zlib';
import { FluentResource } from '@fluent/bundle';

const ROOT = new URL('..', import.meta.url).pathname;
const TEXT = /\.(?:js|css|html|svg|json|webmanifest|txt)$/;

/**
 * All catalogues of a language, src/**\/NOUN.en.ftl, in the order of their paths, parsed: a browser that did it would take longer
 * over it than over the rest of a first page.
 */
export function messages() {
  return {
    name: 'fieldkeep-messages',
    resolveId: (id) => (id.startsWith('virtual:messages/') ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith('\0virtual:messages/')) return null;
      const files = catalogues(id.split('/').pop());
      for (const file of files) this.addWatchFile(file);
      const patterns = Object.fromEntries(files.flatMap((file) => parsed(file)));
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(patterns))})`;
    },
  };
}

/** Ids and their patterns. The parser leaves out what it cannot read: here that is an error. */
function parsed(file) {
  const text = readFileSync(file, 'utf8');
  const { body } = new FluentResource(text);
  const ids = [...text.matchAll(/^(-?[a-zA-Z][\w-]*) *=/gm)].map(([, id]) => id);
  const unread = ids.filter((id) => !body.some((one) => one.id === id && one.value !== null && Object.keys(one.attributes).length === 0));
  if (unread.length > 0) throw new Error(`${file}: messages that are none, or have attributes: ${unread.join(', ')}`);
  // kit/i18n formats each pattern by itself.
  if (/"type":"(?:mesg|term)"/.test(JSON.stringify(body))) throw new Error(`${file}: a message that refers to another one`);
  return body.map(({ id, value }) => [id, value]);
}

export function catalogues(language) {
  return walk(join(ROOT, 'src')).filter((file) => file.endsWith(`.${language}.ftl`)).sort();
}

export function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/**
 * Asks the browser to compile all functions of a file when it comes, beside the page, and not one by one in front of somebody when
 * each is first called: of what a screen brings, nearly all is called at once. Chromium does so from 136 on; to others it is a
 * comment. Words have no functions.
 */
export function prepared() {
  return {
    name: 'fieldkeep-prepared',
    apply: 'build',
    generateBundle: {
      // Nothing may stand before it.
      order: 'post',
      handler(_, bundle) {
        for (const one of Object.values(bundle)) {
          if (one.type === 'chunk' && /=>|function/.test(one.code)) one.code = `//# allFunctionsCalledOnLoad\n${one.code}`;
        }
      },
    },
  };
}

/** A `.br` beside each text, and the manifest out of the way of what is served: only scripts/budget.mjs reads it. */
export function packed() {
  let folder = '';
  return {
    name: 'fieldkeep-packed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      // A build that failed has written none, and its own error is the one to show.
      if (!existsSync(join(folder, '.vite/manifest.json'))) return;
      const aside = join(ROOT, 'node_modules/.fieldkeep');
      mkdirSync(aside, { recursive: true });
      renameSync(join(folder, '.vite/manifest.json'), join(aside, `${basename(folder)}.json`));
      rmSync(join(folder, '.vite'), { recursive: true });
      for (const file of walk(folder).filter((path) => TEXT.test(path))) {
        const body = readFileSync(file);
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: statSync(file).size,
        };
        writeFileSync(`${file}.br`, brotliCompressSync(body, { params }));
      }
    },
  };
}

export function hash(text) {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}
