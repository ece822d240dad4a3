import { SeedList, type Resolver } from './seed-list.js';

const options =
  'tls=true&tlsCAFile=%2Fetc%2Fca.pem&authSource=%24external&authMechanism=MONGODB-X509&compressors=zlib';

describe('SeedList', () => {
  it('keeps user, password and every option for each single member', async () => {
    const seeds = await SeedList.of(`mongodb://u:p%40ss@a:1,b:2/db?replicaSet=rs0&${options}`);
    expect(seeds.hosts).toEqual(['a:1', 'b:2']);
    expect(seeds.replicaSet).toBe('rs0');
    expect(seeds.direct).toBe(false);
    expect(seeds.uriOf('c:3')).toBe(`mongodb://u:p%40ss@c:3/db?${options}&directConnection=true`);
  });

  it('leaves out what chooses a member or changes the meaning of a command', async () => {
    const meddling =
      'readPreference=nearest&readPreferenceTags=dc:a&maxPoolSize=1&timeoutMS=5&socketTimeoutMS=5';
    const seeds = await SeedList.of(`mongodb://a/?${meddling}&directConnection=true&appName=x`);
    expect(seeds.direct).toBe(true);
    expect(seeds.uriOf('a:27017')).toBe('mongodb://a:27017/?appName=x&directConnection=true');
  });

  it('greets without credentials, with the same TLS options', async () => {
    const seeds = await SeedList.of(`mongodb://u:secret@a/?${options}&authMechanismProperties=A:b`);
    expect(seeds.greetingUriOf('a')).toBe(
      'mongodb://a/?tls=true&tlsCAFile=%2Fetc%2Fca.pem&compressors=zlib&directConnection=true',
    );
  });

  it('resolves SRV and TXT records, and turns TLS on as they imply', async () => {
    const seeds = await SeedList.of('mongodb+srv://u:p@set.example.com/?appName=x', records);
    expect(seeds.hosts).toEqual(['one.example.com', 'two.example.com:27018']);
    expect(seeds.replicaSet).toBe('rs9');
    const uri = new URL(seeds.uriOf('one.example.com'));
    expect([uri.protocol, uri.username, uri.password, uri.host]).toEqual([
      'mongodb:',
      'u',
      'p',
      'one.example.com',
    ]);
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      appName: 'x',
      authSource: 'people',
      tls: 'true',
      directConnection: 'true',
    });
  });

  it('tells the name that does not resolve, and nothing else of the URI', async () => {
    const failing: Resolver = {
      ...records,
      resolveSrv: (name, done) => {
        done(new Error(`querySrv ENOTFOUND ${name}`), undefined);
      },
    };
    const failure = await failureOf(SeedList.of('mongodb+srv://u:hunter2@set.example.com/', failing));
    expect(failure).toMatchObject({ code: 'MONGODB-10002', retryable: true });
    expect(String(failure)).toContain('set.example.com');
    expect(everythingOf(failure)).not.toContain('hunter2');
  });

  it.each([
    'mongodb://u:hunter2@/',
    'http://u:hunter2@a/',
    'hunter2',
    'mongodb+srv://u:hunter2@a.b.c:1/',
    '',
  ])('refuses %j without quoting it', async (uri) => {
    const failure = await failureOf(SeedList.of(uri, records));
    expect(failure).toMatchObject({ code: 'MONGODB-10001', retryable: false });
    expect(everythingOf(failure)).not.toContain('hunter2');
  });
});

const records: Resolver = {
  resolveSrv: (_name, done) => {
    done(null, [
      { name: 'one.example.com', port: 27017 },
      { name: 'two.example.com', port: 27018 },
    ]);
  },
  resolveTxt: (_name, done) => {
    done(null, [['authSource=people&', 'replicaSet=rs9']]);
  },
};

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error as Error,
  );
}

function everythingOf(error: Error): string {
  return [error.message, error.stack, error.cause, JSON.stringify(error)].map(String).join('\n');
}
