import { MongoNetworkError, MongoServerError } from 'mongodb';
import { failureOf, serverCodeOf } from './driver-failure.js';

const server = (code: number): MongoServerError =>
  new MongoServerError({ code, errmsg: 'because', codeName: 'Name' });

describe('failureOf', () => {
  it.each([
    ['10006', [18]],
    ['10007', [13]],
    ['10009', [43, 50, 91, 136, 175, 189, 237, 246, 10107, 11600, 11602, 13435, 13436]],
    ['10010', [26, 59, 211, 40415]],
  ])('gives MONGODB-%s for server codes %j', (number, codes) => {
    for (const code of codes) {
      const failure = failureOf(server(code), 'doing');
      expect(failure).toMatchObject({ code: `MONGODB-${number}`, retryable: number === '10009' });
      expect(serverCodeOf(failure)).toBe(code);
    }
  });

  it('calls a member unreachable when the network or our deadline says so', () => {
    const errors = [new MongoNetworkError('reset'), new DOMException('too late', 'TimeoutError')];
    for (const error of errors) {
      expect(failureOf(error, 'doing')).toMatchObject({
        code: 'MONGODB-10008',
        retryable: true,
        cause: error,
      });
    }
  });

  it('keeps what is ours already, and takes the rest for permanent', () => {
    const failure = failureOf(server(13), 'first');
    expect(failureOf(failure, 'second')).toBe(failure);
    expect(failureOf(new TypeError('bug'), 'doing')).toMatchObject({
      code: 'MONGODB-10010',
      retryable: false,
    });
    expect(serverCodeOf(new Error('x'))).toBeNull();
  });

  it('does not quote the command that was not authorized', () => {
    const error = new MongoServerError({
      code: 13,
      errmsg: 'not authorized to execute command { find: "people" }',
    });
    expect(failureOf(error, 'find on db').message).not.toContain('people');
  });
});
