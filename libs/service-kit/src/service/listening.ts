import type { NestExpressApplication } from '@nestjs/platform-express';
import { messageOf } from '@headwater/errors';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { variableNameOf } from '../config/origin.js';
import { kitErrors } from '../kit-errors.js';
import type { ServiceConfig } from './service-options.js';

/**
 * Opens the service's port and returns its URL.
 *
 * @throws kitErrors.portTaken, kitErrors.cannotListen, both naming the variable to change.
 */
export async function listen(app: NestExpressApplication, config: ServiceConfig): Promise<string> {
  const server: Server = app.getHttpServer();
  try {
    server.listen(config.port, config.host);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, config);
  }
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
}

function listenError(error: unknown, config: ServiceConfig): Error {
  const { host, port } = config;
  const [hostName, portName] = [variableNameOf(config, 'host'), variableNameOf(config, 'port')];
  const extra = { cause: error, details: { host, port } };
  if (hasCode(error, 'EADDRINUSE')) {
    return kitErrors.portTaken(`port ${port} on ${host} is taken by another process: set ${portName}`, extra);
  }
  const settings = `${hostName}=${host}, ${portName}=${port}`;
  return kitErrors.cannotListen(`cannot listen on ${host}:${port} (${settings}): ${messageOf(error)}`, extra);
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
