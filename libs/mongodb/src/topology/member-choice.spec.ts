import { Long, Timestamp } from 'bson';
import { greetingOf, type MemberGreeting } from './greeting.js';
import { rankMembers, type Candidate } from './member-choice.js';

describe('rankMembers', () => {
  it('prefers a healthy secondary, then the primary, then a secondary that lags', () => {
    const candidates = [
      of('primary', 1_000),
      of('secondary', 900, 'lagging'),
      of('secondary', 980, 'healthy'),
    ];
    expect(names(candidates)).toEqual(['healthy', 'primary', 'lagging']);
  });

  it('takes neither arbiters nor members that recover', () => {
    expect(names([of('arbiter', 0), of('other', 1_000)])).toEqual([]);
  });

  it('takes what is to be avoided only when there is no other', () => {
    const candidates = [of('primary', 1_000), of('secondary', 1_000)];
    expect(names(candidates, ['secondary'])).toEqual(['primary', 'secondary']);
    expect(names([of('secondary', 1_000)], ['secondary'])).toEqual(['secondary']);
  });

  function of(role: MemberGreeting['role'], seconds: number, me: string = role): Candidate {
    const newest = { ts: { t: seconds, i: 1 }, term: 1 };
    return {
      host: me,
      greeting: { kind: 'member', replicaSet: 'rs0', role, me, dataHosts: [], newest, majority: null },
    };
  }

  function names(candidates: readonly Candidate[], avoid: readonly string[] = []): string[] {
    return rankMembers(candidates, avoid).map(({ host }) => host);
  }
});

describe('greetingOf', () => {
  const optime = { ts: new Timestamp({ t: 5, i: 6 }), t: 7 };
  const hello = { setName: 'rs0', me: 'a:1', hosts: ['a:1'], passives: ['b:1'], arbiters: ['c:1'] };

  it('tells what a server is', () => {
    expect(greetingOf({ isWritablePrimary: true })).toEqual({ kind: 'standalone' });
    expect(greetingOf({ isWritablePrimary: true, msg: 'isdbgrid' })).toEqual({ kind: 'mongos' });
    expect(greetingOf({ secondary: false, isreplicaset: true })).toEqual({ kind: 'uninitiated' });
    expect(greetingOf({ ...hello, isWritablePrimary: false, secondary: false })).toMatchObject({
      role: 'other',
    });
    expect(greetingOf({ ...hello, secondary: false, arbiterOnly: true })).toMatchObject({ role: 'arbiter' });
  });

  it('reads the member, the data-bearing others, and how far it is', () => {
    expect(
      greetingOf({ ...hello, secondary: true, lastWrite: { opTime: optime, majorityOpTime: optime } }),
    ).toEqual({
      kind: 'member',
      replicaSet: 'rs0',
      role: 'secondary',
      me: 'a:1',
      dataHosts: ['a:1', 'b:1'],
      newest: { ts: { t: 5, i: 6 }, term: 7 },
      majority: { ts: { t: 5, i: 6 }, term: 7 },
    });
  });

  it('knows no position before the first write', () => {
    const none = { ts: new Timestamp(Long.fromNumber(0)), t: -1 };
    expect(greetingOf({ ...hello, secondary: true, lastWrite: { opTime: none } })).toMatchObject({
      newest: null,
      majority: null,
    });
  });
});
