import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { land } from './scripts/land.mjs';
import { early, icons, messages, packed } from './scripts/plugins.mjs';

const at = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig(({ mode }) => ({
  // The budgets say what matters of a build; three hundred lines of files do not.
  logLevel: 'warn',
  plugins: [svelte(), icons(), messages(), land(), early(), packed()],
  define: { __GALLERY__: JSON.stringify(mode === 'gallery') },
  resolve: { alias: { $kit: at('./src/kit'), $ui: at('./src/ui'), $api: at('./src/api') } },
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: mode === 'gallery' ? 'dist-gallery' : 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
  },
}));
