import { problemMediaType } from '@headwater/contracts';
import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Readiness } from './readiness.js';

@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Answers as long as the event loop turns. */
  @Get('livez')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res() response: Response): Promise<void> {
    const reasons = await this.readiness.unready();
    const notes = Object.keys(this.readiness.notes).length > 0 ? { notes: this.readiness.notes } : {};
    if (reasons.length === 0) {
      response.json({ status: 'ok', ...notes });
      return;
    }
    response
      .status(503)
      .type(problemMediaType)
      .json({
        type: 'about:blank',
        title: 'Not ready',
        status: 503,
        detail: reasons.map(({ check, reason }) => `${check}: ${reason}`).join('; '),
        retryable: true,
        reasons,
        ...notes,
      });
  }
}
