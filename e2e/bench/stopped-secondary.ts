import { systemClock } from '@headwater/clock';
import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';
import {
  eventually,
  mongoClient,
  oplogTimestampOf,
  takeImage,
  type DeploymentImage,
  type Member,
  type ReplicaSet,
} from '@headwater/testing';
import type { Timestamp } from 'mongodb';
import { copyDirectory } from './data-directory.js';
import { timed } from './timing.js';

/** A secondary that was stopped, and catches up from those files as often as it is asked to. */
export class StoppedSecondary {
  /** Of a set of two: the other member gets no vote, so that the primary stays one without it. */
  static async of(set: ReplicaSet, keptIn: string): Promise<StoppedSecondary> {
    const primary = await set.primary();
    const member = set.members.find((one) => one !== primary);
    if (member === undefined) throw new Error('the replica set has no secondary');
    await withoutVote(set, member);
    await member.stop();
    await copyDirectory(member.directory, keptIn);
    return new StoppedSecondary(member, keptIn);
  }

  private constructor(
    private readonly member: Member,
    private readonly keptIn: string,
  ) {}

  /** How long it takes from the start of the process until it has applied the entry at `ts`, in seconds. */
  async catchUp(ts: OplogTimestamp): Promise<number> {
    await this.member.stop();
    await copyDirectory(this.keptIn, this.member.directory);
    const { seconds } = await timed(async () => {
      await this.member.restart();
      await this.applied(ts);
    });
    return seconds;
  }

  /** What it holds. It must have caught up, and nothing be written meanwhile. */
  async image(): Promise<DeploymentImage> {
    const client = mongoClient(this.member.directUri, { readPreference: 'secondaryPreferred' });
    try {
      return await takeImage(client);
    } finally {
      await client.close();
    }
  }

  async stop(): Promise<void> {
    await this.member.stop();
  }

  private async applied(ts: OplogTimestamp): Promise<void> {
    const client = mongoClient(this.member.directUri);
    const reached = async (): Promise<boolean> => {
      const { lastWrite } = (await client.db('admin').command({ hello: 1 })) as unknown as {
        lastWrite?: { opTime: { ts: Timestamp } };
      };
      return lastWrite !== undefined && compareTimestamps(oplogTimestampOf(lastWrite.opTime.ts), ts) >= 0;
    };
    try {
      const describe = 'the secondary to catch up';
      await eventually(reached, { deadlineMs: 300_000, pauseMs: 10, clock: systemClock, describe });
    } finally {
      await client.close();
    }
  }
}

interface Config {
  readonly version: number;
  readonly members: readonly { readonly host: string }[];
}

async function withoutVote(set: ReplicaSet, member: Member): Promise<void> {
  const client = set.connect();
  const { config } = (await client.db('admin').command({ replSetGetConfig: 1 })) as unknown as {
    config: Config;
  };
  const members = config.members.map((one) =>
    one.host === member.host ? { ...one, votes: 0, priority: 0 } : one,
  );
  await client.db('admin').command({ replSetReconfig: { ...config, version: config.version + 1, members } });
}
