/** Files that the jobs of this service write at the same time; memory is bound by it, whatever the data size. */
const filesAtOnce = 3;

/** Divides the files at once among the jobs that materialize: who comes first has the most, and everybody has one. */
export class MaterializingShares {
  private given = 0;

  async with<T>(work: (filesAtOnce: number) => Promise<T>): Promise<T> {
    const share = Math.max(1, filesAtOnce - this.given);
    this.given += share;
    try {
      return await work(share);
    } finally {
      this.given -= share;
    }
  }
}
