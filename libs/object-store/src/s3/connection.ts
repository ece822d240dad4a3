import { createHash } from 'node:crypto';
import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { Client } from 'minio';
import type { ClientOptions } from 'minio';
import { storeErrors } from '@headwater/object-store';
import { answerOf } from './answer.js';
import type { Answer } from './answer.js';
import { defaultDeadlines } from './s3-settings.js';
import type { S3Deadlines, S3Settings } from './s3-settings.js';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Of an object, with the prefix; the request is one of the bucket's without. */
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Of the body; the server checks it. */
  readonly sha256?: Buffer;
  readonly signal: AbortSignal;
}

type Transport = NonNullable<ClientOptions['transport']>;

const connectionsAtMost = 32;
const nothing = Buffer.alloc(0);
/** The client takes each of them for an answer that is wanted, so that none is read before it gets here. */
const everyStatus = Array.from({ length: 500 }, (_, n) => 100 + n);

/**
 * Sends requests to one bucket. The client of MinIO signs them; what comes back is read here, errors included: the client
 * drops the answers that it would try again for, with their connections.
 */
export class Connection {
  readonly deadlines: S3Deadlines;
  private readonly settings: S3Settings;
  private readonly endpoint: URL;
  private readonly isTls: boolean;
  private readonly agent: PlainAgent;

  constructor(settings: S3Settings) {
    this.settings = settings;
    this.endpoint = new URL(settings.endpoint);
    this.isTls = this.endpoint.protocol === 'https:';
    this.deadlines = { ...defaultDeadlines, ...settings.deadlines };
    const kept = { keepAlive: true, maxSockets: connectionsAtMost, timeout: this.deadlines.idleMillis };
    const { authority } = settings;
    this.agent = this.isTls
      ? new TlsAgent({ ...kept, ...(authority !== null && { ca: authority }) })
      : new PlainAgent(kept);
  }

  /** @throws what the network throws; storeErrors.unavailable when nothing moves any more or the answer is cut short. */
  async send(request: S3Request): Promise<Answer> {
    const { method, name, query = {}, body = nothing, signal } = request;
    signal.throwIfAborted();
    const { bucket: bucketName, region } = this.settings;
    let received: IncomingMessage | undefined;
    const client = this.clientFor(signal, (response) => (received = response));
    const options = {
      method,
      bucketName,
      ...(name !== undefined && { objectName: name }),
      query: queryOf(query),
      headers: headersOf(request),
    };
    const sha256 = this.isTls ? '' : (request.sha256 ?? sha256Of(body)).toString('hex');
    try {
      await client.makeRequestStreamAsync(options, body, sha256, everyStatus, region);
    } catch (error) {
      if (received === undefined) throw error;
    }
    if (received === undefined) throw storeErrors.unavailable('the server did not answer');
    return answerOf(received, method);
  }

  close(): void {
    this.agent.destroy();
  }

  /** One for each request: the client knows neither deadlines nor signals, its transport does. */
  private clientFor(signal: AbortSignal, onResponse: (response: IncomingMessage) => void): Client {
    const { accessKey, secretKey, region, pathStyle } = this.settings;
    const transport = {
      request: (options: RequestOptions, onAnswer: (response: IncomingMessage) => void): ClientRequest => {
        const send = this.isTls ? tlsRequest : plainRequest;
        const { idleMillis } = this.deadlines;
        const request = send({ ...options, signal, timeout: idleMillis }, (response) => {
          // A connection that is cut before somebody reads is found out by the reading.
          response.on('error', () => undefined);
          onResponse(response);
          onAnswer(response);
        });
        return request.on('timeout', () => {
          request.destroy(storeErrors.unavailable(`nothing moved for ${idleMillis} ms`));
        });
      },
    } as Transport;
    return new Client({
      ...{
        accessKey,
        secretKey,
        region,
        pathStyle,
        transport,
        transportAgent: this.agent,
        useSSL: this.isTls,
      },
      endPoint: this.endpoint.hostname,
      ...(this.endpoint.port !== '' && { port: Number(this.endpoint.port) }),
      retryOptions: { disableRetry: true },
    });
  }
}

export function sha256Of(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest();
}

function headersOf({ method, headers, body = nothing, sha256 }: S3Request): Record<string, string> {
  const isSent = method === 'PUT' || method === 'POST';
  return {
    ...headers,
    ...(sha256 !== undefined && { 'x-amz-checksum-sha256': sha256.toString('base64') }),
    ...(isSent && { 'content-length': String(body.length) }),
  };
}

/** As the signature wants it: encodeURIComponent leaves nothing of a key's alphabet that has to be encoded. */
function queryOf(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
