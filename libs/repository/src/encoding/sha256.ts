import { hash } from 'node:crypto';

/** Lower-case hexadecimal, 64 characters. */
export function sha256Of(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}
