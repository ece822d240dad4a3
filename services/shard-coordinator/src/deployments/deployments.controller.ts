import { Controller, Get, Param, Query } from '@nestjs/common';
import { idSchema, pageQuerySchema } from '@headwater/contracts';
import type { DeploymentTopologyBody, PageQuery } from '@headwater/contracts';
import { pageOf } from '@headwater/service-kit';
import type { Page } from '@headwater/service-kit';
import { coordinatorErrors } from '../coordinator-errors.js';
import { Deployments } from './deployments.js';

/** What is backed up, and what kind each is. */
@Controller('v1/deployments')
export class DeploymentsController {
  constructor(private readonly deployments: Deployments) {}

  @Get()
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<DeploymentTopologyBody> {
    return pageOf(this.deployments.all(), query, ({ id }) => id);
  }

  @Get(':deployment')
  find(@Param('deployment', { schema: idSchema }) id: string): DeploymentTopologyBody {
    const found = this.deployments.find(id);
    if (found === null) {
      throw coordinatorErrors.unknownDeployment(`nobody has spoken of a deployment ${id}`);
    }
    return found;
  }
}
