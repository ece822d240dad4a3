/** Entries a second, where nothing was measured yet: less than half of what a machine of two cores replays. */
export const defaultReplayRate = 10_000;

/** Replays of fewer entries tell how long a mongod takes to start, not how fast it replays. */
const leastEntries = 10_000;
const remembered = 5;

/** How fast a head replays, by its own last replays. */
export class ReplayRate {
  private readonly replays: { readonly entries: number; readonly seconds: number }[] = [];

  note(entries: number, seconds: number): void {
    if (entries >= leastEntries && seconds > 0) {
      this.replays.push({ entries, seconds });
      this.replays.splice(0, this.replays.length - remembered);
    }
  }

  /** Entries a second, both starts of the server included. */
  get entriesPerSecond(): number {
    const seconds = this.replays.reduce((sum, replay) => sum + replay.seconds, 0);
    const entries = this.replays.reduce((sum, replay) => sum + replay.entries, 0);
    return seconds === 0 ? defaultReplayRate : entries / seconds;
  }
}
