import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { deploymentTopologySchema, idSchema, listSchema } from '@headwater/contracts';
import type { DeploymentTopologyBody } from '@headwater/contracts';
import { pageOf, pageQuerySchema } from '@headwater/service-kit';
import type { Page, PageQuery } from '@headwater/service-kit';
import { coordinatorErrors } from '../coordinator-errors.js';
import { Deployments } from './deployments.js';

/** What is backed up, and what kind each is. */
@ApiTags('deployments')
@Controller('v1/deployments')
export class DeploymentsController {
  constructor(private readonly deployments: Deployments) {}

  @Get()
  @ApiResponse({ status: 200, standardSchema: listSchema(deploymentTopologySchema) })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<DeploymentTopologyBody> {
    return pageOf(this.deployments.all(), query, ({ id }) => id);
  }

  @Get(':deployment')
  @ApiResponse({ status: 200, standardSchema: deploymentTopologySchema })
  find(@Param('deployment', { schema: idSchema }) id: string): DeploymentTopologyBody {
    const found = this.deployments.find(id);
    if (found === null) {
      throw coordinatorErrors.unknownDeployment(`nobody has spoken of a deployment ${id}`);
    }
    return found;
  }
}
