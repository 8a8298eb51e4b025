// What stands in the head of index.html: src/early.js as a script of its own (the policy allows no inline ones), told which
// files each screen and language has, and the font of nearly all words from the start.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hash, walk } from './plugins.mjs';

const ROOT = new URL('..', import.meta.url).pathname;

export function early() {
  let name = '';
  return {
    name: 'fieldkeep-early',
    apply: 'build',
    generateBundle: {
      // index.html is written in the same turn, and names it.
      order: 'pre',
      handler(_, bundle) {
        const source = readFileSync(join(ROOT, 'src/early.js'), 'utf8').replace('AHEAD', () => JSON.stringify(ahead(bundle)));
        name = `assets/early-${hash(source)}.js`;
        this.emitFile({ type: 'asset', fileName: name, source });
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        // The other one is for ids: it comes when one is there.
        const fonts = Object.keys(bundle ?? {}).filter((file) => /geist-latin-wght-normal.*\.woff2$/.test(file));
        const tags = fonts.map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${file}` },
          injectTo: 'head-prepend',
        }));
        // First of all: it starts what takes longest.
        return { html, tags: [{ tag: 'script', attrs: { src: `/${name}` }, injectTo: 'head-prepend' }, ...tags] };
      },
    },
  };
}

/** The files of each language and screen beside those that every page has, in the order in which paths are tried. */
function ahead(bundle) {
  const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
  const first = files(bundle, chunks.find((one) => one.isEntry));
  const of = (module) => {
    const chunk = chunks.find((one) => one.facadeModuleId === module);
    if (!chunk) throw new Error(`${module} is in no file of its own`);
    return [...files(bundle, chunk)].filter((file) => !first.has(file));
  };
  const words = Object.fromEntries(['en', 'es'].map((language) => [language, of(`\0virtual:messages/${language}`)]));
  return { words, screens: routes().map(({ path, open, module }) => [path, open, of(module)]) };
}

/** A file and all that it imports; styles are one file, which the page names itself. */
function files(bundle, chunk, found = new Set()) {
  if (!chunk || found.has(chunk.fileName)) return found;
  found.add(chunk.fileName);
  for (const name of chunk.imports) files(bundle, bundle[name], found);
  return found;
}

/** Every screen that src/console/NOUN/routes.ts lists; the more is spelled out, the earlier, as the router tries them. */
export function routes() {
  const found = walk(join(ROOT, 'src/console')).filter((file) => file.endsWith('/routes.ts')).flatMap((file) =>
    readFileSync(file, 'utf8').split(/(?=\bpath: ')/).slice(1).map((text) => {
      const [, path, view] = /^path: '([^']+)'[^]*?import\('\.\/(\w+\.svelte)'\)/.exec(text) ?? [];
      if (!view) throw new Error(`${file}: a screen that cannot be read: ${text}`);
      return { path, open: /\bopen: true\b/.test(text), module: join(dirname(file), view) };
    }));
  const open = (path) => path.split('/').filter((part) => part.startsWith(':')).length;
  return found.sort((a, b) => open(a.path) - open(b.path));
}
