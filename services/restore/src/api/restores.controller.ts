import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { listSchema, restoreJobSchema, restoreRequestSchema } from '@headwater/contracts';
import type { RestoreJobBody, RestoreRequest } from '@headwater/contracts';
import { pageOf, pageQuerySchema } from '@headwater/service-kit';
import type { Page, PageQuery } from '@headwater/service-kit';
import { z } from 'zod';
import { JobBoard } from '../jobs/job-board.js';
import { RestoreJobs } from '../jobs/restore-jobs.js';
import { restoreErrors } from '../restore-errors.js';
import { IdempotentAnswers } from './idempotency.js';

/** What is needed of the HTTP response. */
interface HeaderSink {
  setHeader(name: string, value: string): unknown;
}

const pollAfterSeconds = '1';
const jobIdSchema = z.string().min(1).max(100);
const longestKey = 255;
/** A parameter that is not offered is refused: who asks for a dry run must not get a restore. */
const noQuerySchema = z.strictObject({});

/** Restore jobs: asked for once, then polled. */
@ApiTags('restores')
@Controller('v1/restores')
export class RestoresController {
  constructor(
    private readonly jobs: RestoreJobs,
    private readonly board: JobBoard,
    private readonly answers: IdempotentAnswers<RestoreJobBody>,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A repeated request with it is answered, not done again.',
  })
  @ApiResponse({ status: 202, standardSchema: restoreJobSchema })
  async create(
    @Body({ schema: restoreRequestSchema }) request: RestoreRequest,
    @Query({ schema: noQuerySchema }) _query: object,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: HeaderSink,
  ): Promise<RestoreJobBody> {
    if (key !== undefined && (key.length === 0 || key.length > longestKey)) {
      throw new BadRequestException(`Idempotency-Key has 1 to ${longestKey} characters`);
    }
    const job = await this.answers.once(key, request, () => this.jobs.accept(request));
    response.setHeader('Location', `/v1/restores/${job.id}`);
    response.setHeader('Retry-After', pollAfterSeconds);
    return job;
  }

  @Get()
  @ApiResponse({ status: 200, standardSchema: listSchema(restoreJobSchema) })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<RestoreJobBody> {
    return pageOf(this.board.all(), query, ({ id }) => id);
  }

  @Get(':id')
  @ApiResponse({ status: 200, standardSchema: restoreJobSchema })
  find(@Param('id', { schema: jobIdSchema }) id: string): RestoreJobBody {
    const job = this.board.find(id);
    if (job === null) {
      throw restoreErrors.unknownJob(`there is no restore ${id}`);
    }
    return job;
  }
}
