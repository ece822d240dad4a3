import { environmentNames } from '@headwater/contracts';
import { serviceEnvironment } from './service-environment.js';

const options = {
  inherited: {},
  uri: 'mongodb://127.0.0.1:1/',
  binary: { path: '/bin/mongod', version: '6.0.5', series: '6.0' },
  servers: { HEADWATER_BUS: 'embedded', HEADWATER_BUS_FILE: '/d/bus/headwater.db' },
  heads: '/d/heads',
  restoreState: '/d/bus/restores',
  once: true,
};

describe('serviceEnvironment', () => {
  it('has no variable that the services do not know', () => {
    const known = environmentNames.map(({ name }) => name);
    expect(Object.keys(serviceEnvironment(options)).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('lets what the user sets win over its short intervals, but not over what it needs itself', () => {
    const inherited = {
      HEADWATER_SLICE_MAX_AGE_SECONDS: '7',
      HEADWATER_BUS_FILE: '/elsewhere',
      HEADWATER_MONGODB_URI_FILE: '/secret',
      HEADWATER_MISPELT: 'x',
    };
    expect(serviceEnvironment({ ...options, inherited })).toMatchObject({
      HEADWATER_SLICE_MAX_AGE_SECONDS: '7',
      HEADWATER_SNAPSHOT_INTERVAL_SECONDS: '15',
      HEADWATER_BUS_FILE: '/d/bus/headwater.db',
      HEADWATER_MISPELT: 'x',
    });
    expect(serviceEnvironment({ ...options, inherited })).not.toHaveProperty('HEADWATER_MONGODB_URI_FILE');
    expect(serviceEnvironment({ ...options, once: false })).not.toHaveProperty(
      'HEADWATER_SLICE_MAX_AGE_SECONDS',
    );
  });

  it('names the mongod that was found, by its version where there is a variable for it', () => {
    expect(serviceEnvironment(options)).toMatchObject({ HEADWATER_MONGOD_6_0: '/bin/mongod' });
    const other = { ...options, binary: { path: '/bin/mongod', version: '9.1.0', series: '9.1' } };
    expect(serviceEnvironment(other)).toMatchObject({ HEADWATER_MONGOD: '/bin/mongod' });
  });
});
