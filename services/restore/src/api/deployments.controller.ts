import { Controller, Get, Param, Query } from '@nestjs/common';
import { idSchema, pageQuerySchema } from '@headwater/contracts';
import type { DeploymentBody, PageQuery, RestoreWindowBody, SnapshotBody } from '@headwater/contracts';
import { pageOf } from '@headwater/service-kit';
import type { Page } from '@headwater/service-kit';
import { Catalogue } from '../planning/catalogue.js';

/** What can be restored. Read from the store's listing at each request: never a promise of earlier. */
@Controller('v1/deployments')
export class DeploymentsController {
  constructor(private readonly catalogue: Catalogue) {}

  @Get()
  async list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<DeploymentBody>> {
    return pageOf(await this.catalogue.deployments(), query, ({ id }) => id);
  }

  @Get(':deployment')
  find(@Param('deployment', { schema: idSchema }) id: string): Promise<DeploymentBody> {
    return this.catalogue.deployment(id);
  }

  @Get(':deployment/restore-windows')
  async windows(
    @Param('deployment', { schema: idSchema }) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<RestoreWindowBody>> {
    const windows = await this.catalogue.windows(id);
    return pageOf(windows, query, ({ chain, from }) => `${chain}@${String(from.t)}.${String(from.i)}`);
  }

  @Get(':deployment/snapshots')
  async snapshots(
    @Param('deployment', { schema: idSchema }) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<SnapshotBody>> {
    return pageOf(await this.catalogue.snapshots(id), query, (snapshot) => snapshot.id);
  }
}
