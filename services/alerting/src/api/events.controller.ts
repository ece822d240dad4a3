import { Controller, Get, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { listSchema, recentEventSchema } from '@headwater/contracts';
import type { RecentEventBody } from '@headwater/contracts';
import { pageOf, pageQuerySchema } from '@headwater/service-kit';
import type { Page, PageQuery } from '@headwater/service-kit';
import { EventReader } from '../projections/event-reader.js';

/** What happened lately, newest first. */
@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly reader: EventReader) {}

  @Get()
  @ApiResponse({ status: 200, standardSchema: listSchema(recentEventSchema) })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<RecentEventBody> {
    return pageOf(this.reader.all(), query, ({ id }) => id);
  }
}
