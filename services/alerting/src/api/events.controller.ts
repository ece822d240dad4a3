import { Controller, Get, Query } from '@nestjs/common';
import { pageQuerySchema } from '@headwater/contracts';
import type { PageQuery, RecentEventBody } from '@headwater/contracts';
import { pageOf } from '@headwater/service-kit';
import type { Page } from '@headwater/service-kit';
import { EventReader } from '../projections/event-reader.js';

/** What happened lately, newest first. */
@Controller('v1/events')
export class EventsController {
  constructor(private readonly reader: EventReader) {}

  @Get()
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<RecentEventBody> {
    return pageOf(this.reader.all(), query, ({ id }) => id);
  }
}
