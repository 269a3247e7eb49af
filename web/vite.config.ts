import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { themeStyles } from './scripts/theme_styles';

// A page is a chunk of its own; what several share comes in a few larger ones, which change less often.
function chunkOf(id: string): string | undefined {
  if (
    /node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|@remix-run|@tanstack)\//.test(id)
  ) {
    return 'react';
  }
  if (/node_modules\/@mantine\/(core|hooks|form|notifications)\//.test(id) && !id.endsWith('.css'))
    return 'mantine';
  if (/\/src\/(ui|format|i18n\/en|features\/status)\//.test(id) || id.includes('@tabler')) return 'shared';
  return undefined;
}

export default defineConfig({
  plugins: [react(), themeStyles()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // The security policy allows no data: URLs in styles and scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Charts are loaded with the pages that show them, and are large by nature.
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      output: {
        manualChunks: chunkOf,
      },
    },
  },
  server: { proxy: { '/api': process.env.API ?? 'http://127.0.0.1:8640' } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
