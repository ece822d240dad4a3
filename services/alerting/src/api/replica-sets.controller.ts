import { Controller, Get, Param, Query } from '@nestjs/common';
import { idSchema, pageQuerySchema, replicaSetKey } from '@headwater/contracts';
import type { PageQuery, ReplicaSetHealthBody } from '@headwater/contracts';
import { pageOf } from '@headwater/service-kit';
import type { Page } from '@headwater/service-kit';
import { alertingErrors } from '../alerting-errors.js';
import { ReplicaSets } from '../projections/replica-sets.js';

/** How the backup of each replica set is. */
@Controller('v1/replica-sets')
export class ReplicaSetsController {
  constructor(private readonly replicaSets: ReplicaSets) {}

  @Get()
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<ReplicaSetHealthBody> {
    return pageOf(this.replicaSets.all(), query, ({ deployment, replicaSet }) =>
      replicaSetKey(deployment, replicaSet),
    );
  }

  @Get(':deployment/:replicaSet')
  find(
    @Param('deployment', { schema: idSchema }) deployment: string,
    @Param('replicaSet', { schema: idSchema }) name: string,
  ): ReplicaSetHealthBody {
    const found = this.replicaSets.find(deployment, name);
    if (found === null) {
      throw alertingErrors.unknownReplicaSet(
        `nobody has spoken of a replica set ${name} of deployment ${deployment}`,
      );
    }
    return found;
  }
}
