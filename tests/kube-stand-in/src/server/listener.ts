import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type Server } from 'node:https';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import type { KeyAndCertificate } from '../tls.ts';

export interface ListenerOptions {
  readonly certificate: KeyAndCertificate;
  readonly clientCaPem: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** The listening side: one port, which stays the same while what listens on it comes and goes. */
export class Listener {
  readonly #options: ListenerOptions;
  #port: number;
  #server: Server | TcpServer | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Serves HTTPS on the port, on loopback only. */
  async serve(): Promise<void> {
    const server = createHttpsServer({
      key: this.#options.certificate.keyPem,
      cert: this.#options.certificate.certPem,
      ca: this.#options.clientCaPem,
      requestCert: true,
      // A bad client certificate is answered 401, not refused in the handshake.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    });
    // Watches last for minutes; the requests of a stand-in need no limit.
    server.requestTimeout = 0;
    // As kube-apiserver; Node's 5 seconds would race with clients that keep connections.
    server.keepAliveTimeout = 90_000;
    server.on('request', (request, response) => {
      this.#options.onRequest(request, response).catch(() => response.destroy());
    });
    server.on('tlsClientError', () => {});
    await this.#listen(server);
  }

  /** Accepts connections on the port and never says anything, like a half-open load balancer. */
  async blackHole(): Promise<void> {
    await this.#listen(createTcpServer());
  }

  /** Stops listening and resets every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
    await closed;
  }

  async #listen(server: Server | TcpServer): Promise<void> {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }
}
