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
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': {
        target: api,
        // The API answers to its own name only, and only to pages of its own: this server's pages stand in for them.
        changeOrigin: true,
        configure: (proxy) => {
          proxy.on('proxyReq', (request, { headers }) => {
            if (headers.origin === `http://${headers.host}`) request.setHeader('Origin', new URL(api).origin);
          });
        },
      },
    },
  },
});
