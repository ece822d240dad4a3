import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';

/** What an S3 server that is not quite one does: some there are that ignore conditions, or list in another order. */
export interface Laxness {
  readonly ignoresConditions?: boolean;
  readonly ignoresConditionsOfParts?: boolean;
  readonly listsBackwards?: boolean;
  /** As if whatever is looked at were created right after the first look, the only one that does not see it. */
  readonly isLateOnce?: boolean;
  /** Answers everything with this status and body. */
  readonly always?: { readonly status: number; readonly body: string };
}

const lastModified = 'Tue, 24 Nov 2026 00:00:00 GMT';

interface Reply {
  readonly status: number;
  readonly body?: string | Buffer;
}

/** As much of S3 as the probe asks for, without signatures: what Headwater has to refuse, real servers do not do. */
export class LaxServer {
  static async start(laxness: Laxness): Promise<LaxServer> {
    const lax = new LaxServer(laxness);
    await new Promise<void>((resolve) => lax.server.listen(0, '127.0.0.1', resolve));
    return lax;
  }

  private readonly laxness: Laxness;
  private readonly objects = new Map<string, Buffer>();
  private readonly server: Server;
  private looks = 0;

  private constructor(laxness: Laxness) {
    this.laxness = laxness;
    this.server = createServer((request, response) => {
      void this.reply(request).then(({ status, body = '' }) => {
        const etag = createHash('md5').update(body).digest('hex');
        const headers = { 'content-length': Buffer.byteLength(body), etag, 'last-modified': lastModified };
        response.writeHead(status, headers).end(body);
      });
    });
  }

  get endpoint(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  put(name: string): void {
    this.objects.set(name, Buffer.from(name));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async reply(request: IncomingMessage): Promise<Reply> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    if (this.laxness.always !== undefined) return this.laxness.always;
    const url = new URL(request.url ?? '', 'http://any');
    const name = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    const isParts = url.searchParams.has('uploads') || url.searchParams.has('uploadId');
    if (isParts && name !== '') return this.parts(request, url, name);
    if (name === '') return this.list(url);
    return this.object(request, name, Buffer.concat(pieces));
  }

  private object({ method, headers }: IncomingMessage, name: string, body: Buffer): Reply {
    const stored = this.objects.get(name);
    if (method === 'PUT') {
      const isRefused =
        headers['if-none-match'] === '*' && stored !== undefined && !this.laxness.ignoresConditions;
      if (isRefused) return { status: 412 };
      this.objects.set(name, body);
      return { status: 200 };
    }
    if (method === 'DELETE') return { status: this.objects.delete(name) ? 204 : 204 };
    if (method === 'HEAD') {
      this.looks += 1;
      if (stored === undefined || (this.laxness.isLateOnce && this.looks === 1)) return { status: 404 };
    }
    return stored === undefined
      ? { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }
      : { status: 200, body: stored };
  }

  private parts({ method, headers }: IncomingMessage, url: URL, name: string): Reply {
    if (method === 'PUT') return { status: 200, body: 'part' };
    if (method === 'DELETE') return { status: 204 };
    if (url.searchParams.has('uploads')) {
      const body = '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>';
      return { status: 200, body };
    }
    const isRefused =
      headers['if-none-match'] === '*' && this.objects.has(name) && !this.laxness.ignoresConditionsOfParts;
    return isRefused
      ? { status: 412 }
      : {
          status: 200,
          body: '<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>',
        };
  }

  private list(url: URL): Reply {
    if (!url.searchParams.has('list-type'))
      return { status: 501, body: '<Error><Code>NotImplemented</Code></Error>' };
    const names = [...this.objects.keys()].sort();
    if (this.laxness.listsBackwards) names.reverse();
    const rows = names.map(
      (name) =>
        `<Contents><Key>${name}</Key><Size>${name.length}</Size><LastModified>2026-11-24T00:00:00Z</LastModified></Contents>`,
    );
    return {
      status: 200,
      body: `<ListBucketResult><IsTruncated>false</IsTruncated>${rows.join('')}</ListBucketResult>`,
    };
  }
}
