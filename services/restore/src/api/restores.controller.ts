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
import {
  createRestoreQuerySchema,
  longestIdempotencyKey,
  pageQuerySchema,
  restoreIdSchema,
  restoreRequestSchema,
} from '@headwater/contracts';
import type {
  CreateRestoreQuery,
  PageQuery,
  RestoredCollection,
  RestoreJobBody,
  RestorePlanBody,
  RestoreRequest,
} from '@headwater/contracts';
import { pageOf } from '@headwater/service-kit';
import type { Page } from '@headwater/service-kit';
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

/** Restore jobs: asked for once, then polled. */
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
  async create(
    @Body({ schema: restoreRequestSchema }) request: RestoreRequest,
    @Query({ schema: createRestoreQuerySchema }) { dryRun }: CreateRestoreQuery,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<RestoreJobBody | RestorePlanBody> {
    if (key !== undefined && (key.length === 0 || key.length > longestIdempotencyKey)) {
      throw new BadRequestException(`Idempotency-Key has 1 to ${longestIdempotencyKey} characters`);
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
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Page<RestoreJobBody> {
    // Before that the list would lack jobs that are there.
    this.jobs.assertActive();
    return pageOf(this.board.all(), query, ({ id }) => id);
  }

  @Get(':id')
  find(@Param('id', { schema: restoreIdSchema }) id: string): RestoreJobBody {
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
  async cancel(
    @Param('id', { schema: restoreIdSchema }) id: string,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<RestoreJobBody> {
    const job = await this.jobs.cancel(id);
    announce(job, answer);
    return job;
  }

  /** Every collection of the restored files, ascending; none before they were verified. */
  @Get(':id/collections')
  async collections(
    @Param('id', { schema: restoreIdSchema }) id: string,
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
