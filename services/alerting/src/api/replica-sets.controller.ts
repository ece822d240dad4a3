import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { idSchema, listSchema, replicaSetHealthSchema, replicaSetKey } from '@headwater/contracts';
import type { ReplicaSetHealthBody } from '@headwater/contracts';
import { pageOf, pageQuerySchema } from '@headwater/service-kit';
import type { Page, PageQuery } from '@headwater/service-kit';
import { alertingErrors } from '../alerting-errors.js';
import { ReplicaSets } from '../projections/replica-sets.js';

/** How the backup of each replica set is. */
@ApiTags('replica-sets')
@Controller('v1/replica-sets')
export class ReplicaSetsController {
  constructor(private readonly replicaSets: ReplicaSets) {}

  @Get()
  @ApiResponse({ status: 200, standardSchema: listSchema(replicaSetHealthSchema) })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<ReplicaSetHealthBody> {
    return pageOf(this.replicaSets.all(), query, ({ deployment, replicaSet }) =>
      replicaSetKey(deployment, replicaSet),
    );
  }

  @Get(':deployment/:replicaSet')
  @ApiResponse({ status: 200, standardSchema: replicaSetHealthSchema })
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
