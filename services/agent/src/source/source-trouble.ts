export type SourceUser = 'discovery' | 'tail' | 'copy';

export interface Trouble {
  /** For people. */
  readonly reason: string;
  /** Its user cannot read the source at all; false: it reads, and waits for something. */
  readonly lost: boolean;
}

/** What is wrong with the source, by who found out. It is over when the same one says so, whatever the others found. */
export class SourceTrouble {
  private readonly found = new Map<SourceUser, Trouble>();

  /** @param trouble null: nothing any more */
  note(user: SourceUser, trouble: Trouble | null): void {
    if (trouble === null) {
      this.found.delete(user);
    } else {
      this.found.set(user, trouble);
    }
  }

  of(user: SourceUser): Trouble | null {
    return this.found.get(user) ?? null;
  }

  /** Why the source cannot be read; null when it can. */
  get lost(): string | null {
    return reasonsOf([...this.found.values()].filter(({ lost }) => lost));
  }

  /** Everything that is wrong; null when nothing is. */
  get reason(): string | null {
    return reasonsOf([...this.found.values()]);
  }
}

function reasonsOf(troubles: readonly Trouble[]): string | null {
  const reasons = new Set(troubles.map(({ reason }) => reason));
  return reasons.size === 0 ? null : [...reasons].join('; ');
}
