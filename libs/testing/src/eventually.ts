import { inspect } from 'node:util';
import { messageOf } from '@headwater/errors';
import { systemClock, type Clock } from '@headwater/clock';

export interface EventuallyOptions {
  /** How long to go on asking, in milliseconds; 10,000 unless told otherwise. */
  readonly deadlineMs?: number;
  /** What is awaited, as the end of "waited in vain for …". */
  readonly describe?: string;
  /** Pause between two questions, in milliseconds; 50 unless told otherwise. */
  readonly pauseMs?: number;
  readonly clock?: Clock;
}

type Truthy<T> = Exclude<T, false | 0 | 0n | '' | null | undefined>;

/**
 * Asks until the answer is truthy, and resolves to it. A condition that throws has not come true yet.
 *
 * @throws Error after the deadline, saying what was awaited and what the last answer was. Its `cause` is what the
 * condition threw last. One question is always asked; a question that never returns is not interrupted.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Truthy<T>> {
  const { deadlineMs = 10_000, describe = 'a condition', pauseMs = 50, clock = systemClock } = options;
  const giveUpAt = clock.ticksMillis() + deadlineMs;
  for (;;) {
    const answer = await ask(condition);
    if ('value' in answer && isTruthy(answer.value)) return answer.value;
    if (clock.ticksMillis() >= giveUpAt) {
      throw new Error(`waited ${deadlineMs} ms in vain for ${describe}; the last answer: ${shown(answer)}`, {
        cause: 'thrown' in answer ? answer.thrown : undefined,
      });
    }
    await clock.sleep(pauseMs);
  }
}

type Answer<T> = { readonly value: T } | { readonly thrown: unknown };

async function ask<T>(condition: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await condition() };
  } catch (thrown) {
    return { thrown };
  }
}

function isTruthy<T>(value: T): value is T & Truthy<T> {
  return Boolean(value);
}

function shown(answer: Answer<unknown>): string {
  if ('thrown' in answer) return `it threw "${messageOf(answer.thrown)}"`;
  return inspect(answer.value, { depth: 4, breakLength: Infinity }).slice(0, 2000);
}
