import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  deploymentSchema,
  idSchema,
  listSchema,
  restoreWindowSchema,
  snapshotSchema,
} from '@headwater/contracts';
import type { DeploymentBody, RestoreWindowBody, SnapshotBody } from '@headwater/contracts';
import { pageOf, pageQuerySchema } from '@headwater/service-kit';
import type { Page, PageQuery } from '@headwater/service-kit';
import { Catalogue } from '../planning/catalogue.js';

/** What can be restored. Read from the store's listing at each request: never a promise of earlier. */
@ApiTags('deployments')
@Controller('v1/deployments')
export class DeploymentsController {
  constructor(private readonly catalogue: Catalogue) {}

  @Get()
  @ApiResponse({ status: 200, standardSchema: listSchema(deploymentSchema) })
  async list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<DeploymentBody>> {
    return pageOf(await this.catalogue.deployments(), query, ({ id }) => id);
  }

  @Get(':deployment')
  @ApiResponse({ status: 200, standardSchema: deploymentSchema })
  find(@Param('deployment', { schema: idSchema }) id: string): Promise<DeploymentBody> {
    return this.catalogue.deployment(id);
  }

  @Get(':deployment/restore-windows')
  @ApiResponse({ status: 200, standardSchema: listSchema(restoreWindowSchema) })
  async windows(
    @Param('deployment', { schema: idSchema }) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<RestoreWindowBody>> {
    const windows = await this.catalogue.windows(id);
    return pageOf(windows, query, ({ chain, from }) => `${chain}@${String(from.t)}.${String(from.i)}`);
  }

  @Get(':deployment/snapshots')
  @ApiResponse({ status: 200, standardSchema: listSchema(snapshotSchema) })
  async snapshots(
    @Param('deployment', { schema: idSchema }) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<SnapshotBody>> {
    return pageOf(await this.catalogue.snapshots(id), query, (snapshot) => snapshot.id);
  }
}
