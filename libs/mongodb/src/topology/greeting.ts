import type { Position } from '@headwater/oplog';
import type { Reply } from '../connection/command-runner.js';
import { positionOf, type Optime } from '../entries/optime.js';

/** What a server says it is. */
export type Greeting =
  | { readonly kind: 'standalone' | 'mongos' | 'uninitiated' }
  | {
      readonly kind: 'member';
      readonly replicaSet: string;
      readonly role: 'primary' | 'secondary' | 'arbiter' | 'other';
      /** Its name in the set's configuration, `host:port`. */
      readonly me: string;
      /** Every visible member that holds data. */
      readonly dataHosts: readonly string[];
      /** Its newest oplog entry; null before the first one. */
      readonly newest: Position | null;
      /** The newest entry that it knows to be on a majority; null before the first one. */
      readonly majority: Position | null;
    };

export type MemberGreeting = Extract<Greeting, { kind: 'member' }>;

type HelloReply = {
  msg?: string;
  isreplicaset?: boolean;
  setName?: string;
  me?: string;
  hosts?: string[];
  passives?: string[];
  isWritablePrimary?: boolean;
  secondary?: boolean;
  arbiterOnly?: boolean;
  lastWrite?: { opTime?: Optime; majorityOpTime?: Optime };
};

/** Reads the reply of `hello`. */
export function greetingOf(reply: Reply): Greeting {
  const hello = reply as HelloReply;
  if (hello.msg === 'isdbgrid') {
    return { kind: 'mongos' };
  }
  if (hello.isreplicaset === true) {
    return { kind: 'uninitiated' };
  }
  if (hello.setName === undefined) {
    return { kind: 'standalone' };
  }
  return {
    kind: 'member',
    replicaSet: hello.setName,
    role: roleOf(hello),
    me: hello.me ?? '',
    dataHosts: [...(hello.hosts ?? []), ...(hello.passives ?? [])],
    newest: writtenPosition(hello.lastWrite?.opTime),
    majority: writtenPosition(hello.lastWrite?.majorityOpTime),
  };
}

function roleOf(hello: HelloReply): MemberGreeting['role'] {
  if (hello.isWritablePrimary === true) {
    return 'primary';
  }
  if (hello.secondary === true) {
    return 'secondary';
  }
  return hello.arbiterOnly === true ? 'arbiter' : 'other';
}

function writtenPosition(optime: Optime | undefined): Position | null {
  return optime === undefined || optime.ts.t === 0 ? null : positionOf(optime);
}
