import { join } from 'node:path';
import request from 'supertest';
import { startService } from '@headwater/service-kit';
import { eventually, freePort, temporaryDirectory } from '@headwater/testing';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

describe('the agent', () => {
  it('starts without its source, says what is missing, and drains', async () => {
    const directory = await temporaryDirectory();
    const nobody = `127.0.0.1:${await freePort()}`;
    const service = await startService({
      name: 'agent',
      config: () =>
        readConfig({
          HEADWATER_AGENT_PORT: '0',
          HEADWATER_LOG_LEVEL: 'silent',
          HEADWATER_BUS_FILE: join(directory.path, 'bus.db'),
          HEADWATER_MONGODB_URI: `mongodb://user:secret@${nobody}/?replicaSet=rs0`,
        }),
      module: AppModule.compose,
    });
    try {
      await request(service.url).get('/livez').expect(200);
      expect(service.api.served).toEqual(service.api.documented);
      const said = await eventually(async () => {
        const response = await request(service.url).get('/readyz').expect(503);
        return response.text.includes('MONGODB-10002') && response.text;
      });
      expect(JSON.parse(said)).toMatchObject({
        reasons: [{ check: 'source', reason: expect.stringContaining(nobody) as string }],
      });
      expect(said).not.toContain('secret');
      const { text } = await request(service.url).get('/metrics').expect(200);
      expect(text).toContain('headwater_published_batches_total');
    } finally {
      await service.close();
      await directory.remove();
    }
  });
});
