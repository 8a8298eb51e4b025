import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { early } from './scripts/early.mjs';
import { icons } from './scripts/icons.mjs';
import { land } from './scripts/land.mjs';
import { messages, packed, prepared } from './scripts/plugins.mjs';

const at = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig(({ mode }) => ({
  // The budgets say what matters of a build; three hundred lines of files do not.
  logLevel: 'warn',
  plugins: [svelte(), icons(), messages(), land(), early(), prepared(), packed()],
  define: { __GALLERY__: JSON.stringify(mode === 'gallery') },
  resolve: { alias: { $kit: at('./src/kit'), $ui: at('./src/ui'), $api: at('./src/api') } },
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: mode === 'gallery' ? 'dist-gallery' : 'dist',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    // Few files: each costs a turn of the network, and what a screen of a minute ago has brought is there already.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'start', tags: ['$initial'], priority: 4 },
            { name: 'form', test: /src\/(?:ui\/(?:Field|Segment)\.svelte|kit\/load\.)/, priority: 3 },
            { name: 'screens', test: /src\//, minShareCount: 7, priority: 2 },
            { name: 'devices', test: /src\/(?:console\/(?:common|device|fleet|claim)\/|ui\/|kit\/range\.)(?!.*[Cc]hart)/, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
}));
