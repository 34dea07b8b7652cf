import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** Where `vite dev` finds the API; the built app is served by the API itself. */
const api = process.env['BULKHEAD_API'] ?? 'http://127.0.0.1:4680';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@bulkhead/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/client',
    emptyOutDir: true,
    sourcemap: false,
    target: 'es2022',
    // Inlined assets would be data: URLs, which the content security policy keeps to pictures made at run time.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: { host: '127.0.0.1', proxy: { '/api': api } },
});
