// What the build does beside bundling: the sprite of icons, the catalogues of messages, and the compressed copies that the
// server sends as they are.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { constants, brotliCompressSync } from 'node:zlib';
import { FluentResource } from '@fluent/bundle';

const ROOT = new URL('..', import.meta.url).pathname;
const LUCIDE = join(ROOT, 'node_modules/lucide-static/icons');
const TEXT = /\.(?:js|css|html|svg|json|webmanifest|txt)$/;

/** The names in src/ui/icons.ts. */
export function iconNames() {
  const text = readFileSync(join(ROOT, 'src/ui/icons.ts'), 'utf8');
  return [...text.matchAll(/^ {2}'([a-z0-9-]+)',$/gm)].map((match) => match[1]);
}

export function sprite() {
  const symbols = iconNames().map((name) => {
    const svg = readFileSync(join(LUCIDE, `${name}.svg`), 'utf8');
    const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).replaceAll(/\s+/g, ' ').trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

/** One sprite of the icons that src/ui/icons.ts names, as `virtual:icons`. */
export function icons() {
  let serving = false;
  return {
    name: 'fieldkeep-icons',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    configureServer(server) {
      server.middlewares.use('/icons.svg', (_, answer) => {
        answer.setHeader('Content-Type', 'image/svg+xml');
        answer.end(sprite());
      });
    },
    resolveId: (id) => (id === 'virtual:icons' ? '\0icons' : null),
    load(id) {
      if (id !== '\0icons') return null;
      if (serving) return 'export default "/icons.svg"';
      const source = sprite();
      const fileName = `assets/icons-${hash(source)}.svg`;
      this.emitFile({ type: 'asset', fileName, source });
      return `export default ${JSON.stringify(`/${fileName}`)}`;
    },
  };
}

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
