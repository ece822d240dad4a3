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
import { ApiHeader, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  listSchema,
  restoredCollectionSchema,
  restoreJobSchema,
  restorePlanSchema,
  restoreRequestSchema,
} from '@headwater/contracts';
import type {
  RestoredCollection,
  RestoreJobBody,
  RestorePlanBody,
  RestoreRequest,
} from '@headwater/contracts';
import { pageOf, pageQuerySchema } from '@headwater/service-kit';
import type { Page, PageQuery } from '@headwater/service-kit';
import { z } from 'zod';
import { IdempotentRequests } from '../intake/idempotency.js';
import { JobBoard } from '../records/job-board.js';
import { RestoreIntake } from '../intake/restore-intake.js';
import { RestoreJobs } from '../jobs/restore-jobs.js';
import { restoreErrors } from '../restore-errors.js';

/** What is needed of the HTTP response. */
interface Answer {
  setHeader(name: string, value: string): unknown;
  status(code: number): unknown;
}

const pollAfterSeconds = '1';
const jobIdSchema = z.string().min(1).max(100);
const longestKey = 255;
/** A parameter that is not offered is refused: a misspelt dry run must not be a restore. */
const createQuerySchema = z.strictObject({ dryRun: z.enum(['true', 'false']).optional() });

/** Restore jobs: asked for once, then polled. */
@ApiTags('restores')
@Controller('v1/restores')
export class RestoresController {
  constructor(
    private readonly intake: RestoreIntake,
    private readonly jobs: RestoreJobs,
    private readonly board: JobBoard,
    private readonly requests: IdempotentRequests,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'A repeated request with it within 24 hours is answered with the job of the first one. A dry run neither uses nor takes it.',
  })
  @ApiQuery({
    name: 'dryRun',
    required: false,
    description: 'true: answers with the plan, or with the refusal; nothing is written and no job is made.',
  })
  @ApiResponse({ status: 202, standardSchema: restoreJobSchema })
  @ApiResponse({ status: 200, description: 'The plan of a dry run.', standardSchema: restorePlanSchema })
  async create(
    @Body({ schema: restoreRequestSchema }) request: RestoreRequest,
    @Query({ schema: createQuerySchema }) { dryRun }: z.infer<typeof createQuerySchema>,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<RestoreJobBody | RestorePlanBody> {
    if (key !== undefined && (key.length === 0 || key.length > longestKey)) {
      throw new BadRequestException(`Idempotency-Key has 1 to ${longestKey} characters`);
    }
    if (dryRun === 'true') {
      answer.status(200);
      return this.intake.preview(request);
    }
    const job = await this.requests.once(key, request, (used) => this.intake.accept(request, used));
    announce(job, answer);
    return job;
  }

  @Get()
  @ApiResponse({ status: 200, standardSchema: listSchema(restoreJobSchema) })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<RestoreJobBody> {
    // Before that the list would lack jobs that are there.
    this.jobs.assertActive();
    return pageOf(this.board.all(), query, ({ id }) => id);
  }

  @Get(':id')
  @ApiResponse({ status: 200, standardSchema: restoreJobSchema })
  find(@Param('id', { schema: jobIdSchema }) id: string): RestoreJobBody {
    const job = this.board.find(id);
    if (job === null) {
      this.jobs.assertActive();
      throw restoreErrors.unknownJob(`there is no restore ${id}`);
    }
    return job;
  }

  /** Ends a job: it is Cancelled soon, and nothing of it stays in its target. */
  @Post(':id/cancel')
  @HttpCode(202)
  @ApiResponse({ status: 202, standardSchema: restoreJobSchema })
  async cancel(
    @Param('id', { schema: jobIdSchema }) id: string,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<RestoreJobBody> {
    const job = await this.jobs.cancel(id);
    announce(job, answer);
    return job;
  }

  /** Every collection of the restored files, ascending; none before they were verified. */
  @Get(':id/collections')
  @ApiResponse({ status: 200, standardSchema: listSchema(restoredCollectionSchema) })
  async collections(
    @Param('id', { schema: jobIdSchema }) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<RestoredCollection>> {
    const { verification } = this.find(id);
    const all = verification === null ? [] : await this.board.collections(id);
    return pageOf(all ?? verification?.collections ?? [], query, ({ ns }) => ns);
  }
}

function announce({ id }: RestoreJobBody, answer: Answer): void {
  answer.setHeader('Location', `/v1/restores/${id}`);
  answer.setHeader('Retry-After', pollAfterSeconds);
}
