import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const PORTS_TO_TRY = 20;

/**
 * Listens on `port`, or on the first free one of the 19 after it; 0 means any.
 * @returns the port
 * @throws when none is free, or the address can't be used
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  const last = port === 0 ? 0 : Math.min(port + PORTS_TO_TRY - 1, 65_535);
  for (let candidate = port; ; candidate++) {
    try {
      return await tryPort(server, host, candidate);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || candidate >= last) throw error;
    }
  }
}

function tryPort(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** How long an answer that is under way may take once the server closes. */
const CLOSE_GRACE_MS = 2_000;

/**
 * A function that closes the server. Answers under way get a moment; idle connections, and those that a browser opened
 * in advance and never used (which Node doesn't count as idle), get none.
 */
export function closer(server: Server): () => Promise<void> {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.on('close', () => unused.delete(socket));
  });
  server.on('request', (req) => unused.delete(req.socket));
  return () =>
    new Promise((resolve) => {
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      server.close(() => {
        clearInterval(sweep);
        clearTimeout(grace);
        resolve();
      });
      for (const socket of unused) socket.destroy();
    });
}
