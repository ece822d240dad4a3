import { defineErrors } from '@headwater/errors';
import { ConflictException } from '@nestjs/common';
import { problemOf } from './problem.js';

const errors = defineErrors('PROBLEMSPEC', {
  targetRefused: { number: 10001, solution: 'Choose another target.' },
  busAway: { number: 10002, retryable: true, solution: 'Wait.' },
});
const noTable = () => undefined;

describe('problemOf', () => {
  it('tells the code, the solution and the details of an error of ours', () => {
    const details = { reason: 'gap', nearestBefore: { t: 1, i: 2 }, bytes: 5n };
    const error = errors.targetRefused('nothing is stored at this time', { details });
    const problem = problemOf(error, (code) => (code === 'PROBLEMSPEC-10001' ? 409 : undefined));
    expect(problem).toEqual({
      type: 'docs/errors.md#problemspec-10001',
      title: 'Target refused',
      status: 409,
      detail: 'nothing is stored at this time',
      code: 'PROBLEMSPEC-10001',
      solution: 'Choose another target.',
      retryable: false,
      reason: 'gap',
      nearestBefore: { t: 1, i: 2 },
      bytes: '5',
    });
  });

  it("is 503 for what may succeed later, else 500, where the service's table has nothing", () => {
    expect(problemOf(errors.busAway('no broker'), noTable).status).toBe(503);
    expect(problemOf(errors.targetRefused('no'), noTable).status).toBe(500);
  });

  it('lets no detail take the place of a member that the RFC names', () => {
    const error = errors.targetRefused('no', { details: { status: 200, type: 'x', code: 'y' } });
    expect(problemOf(error, noTable)).toMatchObject({ status: 500, code: 'PROBLEMSPEC-10001' });
  });

  it("keeps the status of Nest's exceptions", () => {
    expect(problemOf(new ConflictException('busy'), noTable)).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'busy',
    });
  });

  it('says nothing of what an unknown error holds', () => {
    const problem = problemOf(new Error('password is hunter2'), noTable);
    expect(problem).toMatchObject({ status: 500, title: 'Internal Server Error' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });
});
