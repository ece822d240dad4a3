import { mongodArguments, type MongodMode } from './arguments.js';

const of = (mode: MongodMode, largeEntries = false, cacheMiB = 512): string =>
  mongodArguments({ directory: '/d', socketDirectory: '/s', mode, cacheMiB, largeEntries }).join(' ');

describe('mongodArguments', () => {
  it.each(['append', 'recover', 'inspect'] as const)(
    'never lets %s change data by itself or listen on a port',
    (mode) => {
      expect(of(mode)).toContain('--bind_ip /s/mongod.sock --unixSocketPrefix /s');
      expect(of(mode)).not.toContain('--port');
      for (const parameter of [
        'ttlMonitorEnabled=false',
        'disableLogicalSessionCacheRefresh=true',
        'takeUnstableCheckpointOnShutdown=true',
        'diagnosticDataCollectionEnabled=false',
      ]) {
        expect(of(mode)).toContain(`--setParameter ${parameter}`);
      }
    },
  );

  it('replays in recover only', () => {
    expect(of('recover')).toContain(
      'recoverFromOplogAsStandalone=true --setParameter startupRecoveryForRestore=true',
    );
    expect(of('append') + of('inspect')).not.toContain('ecover');
  });

  it('asks for large entries only where the binary knows them, and for no smaller cache than there is', () => {
    expect(of('append')).not.toContain('allowDocuments');
    expect(of('append', true)).toContain('allowDocumentsGreaterThanMaxUserSize=true');
    expect(of('append', false, 10)).toContain('--wiredTigerCacheSizeGB 0.25');
  });
});
