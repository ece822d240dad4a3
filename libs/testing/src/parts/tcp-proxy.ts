import { createServer, connect, type Server, type Socket } from 'node:net';

/** What happens to what passes through a proxy. */
export type Weather =
  | { readonly kind: 'clear' }
  /** Connections stay open and nothing passes any more, in either direction. */
  | { readonly kind: 'still' }
  /** Each connection passes so many bytes a second, in each direction. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /**
   * Connections are cut once so many bytes passed in that direction since the weather began: `up` is to the server. So
   * many of them, all unless told otherwise.
   */
  | {
      readonly kind: 'cut';
      readonly direction: 'up' | 'down';
      readonly afterBytes: number;
      readonly times?: number;
    }
  /** Every request is answered by this instead, and its connection closed. */
  | { readonly kind: 'refusing'; readonly answer: string };

/** The 503 of S3, for a weather of refusals. */
export const slowDown = httpAnswer(
  '503 Service Unavailable',
  '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate</Message></Error>',
);

/** A whole answer of HTTP/1.1. */
export function httpAnswer(status: string, body: string): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status}\r\nContent-Type: application/xml\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
}

/** One connection through the proxy. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes since the weather began. */
  passed: { up: number; down: number };
  answered: boolean;
}

/** A port on 127.0.0.1 in front of a server, on which the weather changes when told to. */
export class TcpProxy {
  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    await new Promise<void>((resolve, reject) => {
      proxy.listener.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  private readonly targetPort: number;
  private readonly listener: Server;
  private readonly pairs = new Set<Pair>();
  private weather: Weather = { kind: 'clear' };
  private cuts = 0;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.listener = createServer((client) => {
      this.join(client);
    });
  }

  get port(): number {
    const address = this.listener.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** How many connections were cut since the weather began. */
  get cutConnections(): number {
    return this.cuts;
  }

  /** For connections that are open and those to come. */
  set(weather: Weather): void {
    this.weather = weather;
    this.cuts = 0;
    for (const pair of this.pairs) {
      pair.passed = { up: 0, down: 0 };
      if (weather.kind === 'still') continue;
      pair.client.resume();
      pair.server.resume();
    }
  }

  async close(): Promise<void> {
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private join(client: Socket): void {
    const server = connect(this.targetPort, '127.0.0.1');
    const pair: Pair = { client, server, passed: { up: 0, down: 0 }, answered: false };
    this.pairs.add(pair);
    const end = (): void => {
      client.destroy();
      server.destroy();
      this.pairs.delete(pair);
    };
    client.on('data', (bytes: Buffer) => {
      this.pass(pair, 'up', bytes);
    });
    server.on('data', (bytes: Buffer) => {
      this.pass(pair, 'down', bytes);
    });
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }

  private pass(pair: Pair, direction: 'up' | 'down', bytes: Buffer): void {
    const { weather } = this;
    const [from, to] = direction === 'up' ? [pair.client, pair.server] : [pair.server, pair.client];
    switch (weather.kind) {
      case 'clear':
        forward(from, to, bytes);
        return;
      case 'still':
        from.pause();
        // What has come this far is not lost: it goes on when the weather clears.
        from.unshift(bytes);
        return;
      case 'slow':
        from.pause();
        setTimeout(
          () => {
            forward(from, to, bytes);
            from.resume();
          },
          (bytes.length / weather.bytesPerSecond) * 1000,
        ).unref();
        return;
      case 'cut':
        this.passOrCut(pair, direction, bytes, weather);
        return;
      case 'refusing':
        // The rest of the request is taken and dropped: who still sends would not see the answer.
        if (!pair.answered) pair.client.end(weather.answer);
        pair.answered = true;
    }
  }

  private passOrCut(
    pair: Pair,
    direction: 'up' | 'down',
    bytes: Buffer,
    { direction: cutting, afterBytes, times = Infinity }: Extract<Weather, { kind: 'cut' }>,
  ): void {
    const [from, to] = direction === 'up' ? [pair.client, pair.server] : [pair.server, pair.client];
    const left = direction === cutting && this.cuts < times ? afterBytes - pair.passed[direction] : Infinity;
    pair.passed[direction] += bytes.length;
    if (bytes.length <= left) {
      forward(from, to, bytes);
      return;
    }
    this.cuts += 1;
    // What may still pass is sent before the connection goes.
    to.write(bytes.subarray(0, left), () => {
      pair.client.resetAndDestroy();
      pair.server.destroy();
    });
    from.pause();
  }
}

function forward(from: Socket, to: Socket, bytes: Buffer): void {
  if (to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
