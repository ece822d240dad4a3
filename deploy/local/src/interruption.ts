type InterruptingSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

/** Somebody wants the run to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(
    message: string,
    /** As a shell reports it. */
    readonly exitCode: number,
  ) {
    super(message);
  }
}

const signals: readonly (readonly [InterruptingSignal, Interrupted])[] = [
  ['SIGINT', new Interrupted('interrupted (Ctrl-C)', 130)],
  ['SIGTERM', new Interrupted('asked to end (SIGTERM)', 143)],
  ['SIGHUP', new Interrupted('the terminal is gone (SIGHUP)', 129)],
];

const parentPollMillis = 500;

/** Of a process: what we listen to. */
type Host = Pick<NodeJS.Process, 'on' | 'off' | 'ppid' | 'stdout' | 'stderr'>;

/**
 * Aborts once, with an Interrupted, at a signal, when the process that started us is gone (it cannot pass on a
 * SIGKILL), and when nobody reads our output any more. An error that nobody caught aborts it as well.
 */
export function watchForInterruption(host: Host): { readonly stop: AbortController; end(): void } {
  const stop = new AbortController();
  const parent = host.ppid;
  const abort = (reason: unknown) => (): void => {
    stop.abort(reason);
  };
  const outputGone = abort(new Interrupted('nobody reads the output any more', 141));
  const uncaught = (error: unknown): void => {
    stop.abort(error);
  };
  const handlers = signals.map(([name, reason]) => [name, abort(reason)] as const);
  for (const [name, handler] of handlers) host.on(name, handler);
  host.on('uncaughtException', uncaught);
  for (const stream of [host.stdout, host.stderr]) stream.on('error', outputGone);
  const watch = setInterval(() => {
    if (host.ppid !== parent) stop.abort(new Interrupted('the process that started this one is gone', 143));
  }, parentPollMillis);
  watch.unref();
  return {
    stop,
    /** Listening to signals goes on: a second Ctrl-C must not break off what ends in order. */
    end: () => {
      clearInterval(watch);
    },
  };
}
