/** What is wrong for the time being outside of what the services tell. */
export class Remarks {
  private readonly current = new Map<string, string>();

  get all(): readonly string[] {
    return [...this.current.values()];
  }

  /** @param text null: it is over. Returns whether that is news. */
  note(about: string, text: string | null): boolean {
    const known = this.current.get(about) ?? null;
    if (text === null) this.current.delete(about);
    else this.current.set(about, text);
    return (known === null) !== (text === null);
  }
}
