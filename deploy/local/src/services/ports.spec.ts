import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { choosePort } from './ports.js';

describe('choosePort', () => {
  it('takes the wanted port, and a free one where that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const chosen = await choosePort(port);
    expect(chosen.instead).toBe(true);
    expect(chosen.port).not.toBe(port);
    other.close();
    await once(other, 'close');
    await expect(choosePort(port)).resolves.toEqual({ port, instead: false });
  });
});
