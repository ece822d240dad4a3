import type { Ground } from './ground.js';

/** What a promise came to on one server: the lines that differ, none when it was kept; or why it does not apply. */
export type Finding = readonly string[] | { readonly notApplicable: string };

/** One thing that Headwater rests on when it lets a server's own recovery apply an oplog. */
export interface EnginePromise {
  /** As an operator reads it in the table. */
  readonly name: string;
  /** The integration spec of `npm test` that shows the same, so that this one need not be run there as well. */
  readonly shownBy?: string;
  /** Puts it to the test. @throws whatever server or engine said where it could not even be tried. */
  test(ground: Ground): Promise<Finding>;
}
