import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate for 127.0.0.1 that is its own authority, as a server's folder of certificates; gives its PEM. */
export async function makeCertificates(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const [key, certificate] = [join(folder, 'private.key'), join(folder, 'public.crt')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...[
      '-keyout',
      key,
      '-out',
      certificate,
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ],
  ]);
  return readFile(certificate, 'utf8');
}
