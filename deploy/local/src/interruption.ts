import type { Clock } from '@headwater/clock';

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
/** One Ctrl-C reaches a process twice when it runs below npm: the second one of a person comes later. */
const sameInterruptionMillis = 700;

/** Of a process: what we listen to. */
type Host = Pick<NodeJS.Process, 'on' | 'off' | 'ppid' | 'stdout' | 'stderr'>;

export interface Interruption {
  /** Aborted once, with an Interrupted, or with an error that nobody caught. */
  readonly stop: AbortController;
  /** Aborted when somebody asks once more: what ends in order takes too long. */
  readonly hurry: AbortSignal;
  end(): void;
}

/**
 * Aborts once, with an Interrupted, at a signal, when the process that started us is gone (it cannot pass on a
 * SIGKILL), and when nobody reads our output any more. An error that nobody caught aborts it as well.
 */
export function watchForInterruption(host: Host, clock: Clock): Interruption {
  const stop = new AbortController();
  const hurry = new AbortController();
  const parent = host.ppid;
  let firstAt: number | null = null;
  const onSignal = (reason: Interrupted) => (): void => {
    const now = clock.ticksMillis();
    firstAt ??= now;
    if (now - firstAt > sameInterruptionMillis) hurry.abort(reason);
    stop.abort(reason);
  };
  const onOutputGone = (): void => {
    stop.abort(new Interrupted('nobody reads the output any more', 141));
  };
  const onUncaught = (error: unknown): void => {
    stop.abort(error);
  };
  for (const [name, reason] of signals) host.on(name, onSignal(reason));
  host.on('uncaughtException', onUncaught);
  for (const stream of [host.stdout, host.stderr]) stream.on('error', onOutputGone);
  const watch = setInterval(() => {
    if (host.ppid !== parent) stop.abort(new Interrupted('the process that started this one is gone', 143));
  }, parentPollMillis);
  watch.unref();
  return {
    stop,
    hurry: hurry.signal,
    /** Listening to signals goes on: what is being ended must not be broken off. */
    end: () => {
      clearInterval(watch);
    },
  };
}
