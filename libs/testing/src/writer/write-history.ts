import { compareTimestamps, formatTimestamp, type OplogTimestamp } from '@headwater/oplog';

/** When the server applied a write; null while that is unknown: not answered yet, or answered by an error. */
type AppliedAt = OplogTimestamp | null;

interface NumberHistory {
  inserted: AppliedAt;
  /** `by` is the number of the write; it is also what the update leaves in the document. */
  readonly updates: { readonly by: number; at: AppliedAt }[];
}

/** What a numbered document may hold at some time. */
export interface ExpectedDocument {
  /** False when nobody can know whether its insert was applied by then. */
  readonly certain: boolean;
  /** Every value of `by` it may have; more than one where an update was never answered. */
  readonly by: ReadonlySet<number>;
}

export interface ExpectedState {
  /** Documents that must be there. */
  readonly count: number;
  /** Those and the uncertain ones, by number; nothing else may be there. */
  readonly documents: ReadonlyMap<number, ExpectedDocument>;
}

/** What was written when, so that the state at any time can be told. */
export class WriteHistory {
  private readonly numbers = new Map<number, NumberHistory>();
  private readonly insertedNumbers: number[] = [];
  private newest: OplogTimestamp | null = null;
  private answers = 0;

  /** Numbers whose insert was acknowledged, in the order of the answers. */
  get inserted(): readonly number[] {
    return this.insertedNumbers;
  }

  /** Writes acknowledged so far, inserts and updates. */
  get acknowledged(): number {
    return this.answers;
  }

  /** The time of the newest acknowledged write. */
  get latest(): OplogTimestamp | null {
    return this.newest;
  }

  /** The insert of document `number` is on its way; call what is returned when it is acknowledged. */
  insert(number: number): (at: OplogTimestamp) => void {
    const history: NumberHistory = { inserted: null, updates: [] };
    this.numbers.set(number, history);
    return (at) => {
      history.inserted = at;
      this.insertedNumbers.push(number);
      this.acknowledge(at);
    };
  }

  /** An update of document `number` is on its way, which sets its `by`; an insert sets `by` to its own number. */
  update(number: number, by: number): (at: OplogTimestamp) => void {
    const update: NumberHistory['updates'][number] = { by, at: null };
    this.numbers.get(number)?.updates.push(update);
    return (at) => {
      update.at = at;
      this.acknowledge(at);
    };
  }

  /** The state after every write up to `time`, inclusive, and none after it. */
  expectedAt(time: OplogTimestamp): ExpectedState {
    const documents = new Map<number, ExpectedDocument>();
    let count = 0;
    for (const [number, history] of this.numbers) {
      if (isAfter(history.inserted, time)) continue;
      const certain = history.inserted !== null;
      documents.set(number, { certain, by: valuesAt(number, history, time) });
      if (certain) count += 1;
    }
    return { count, documents };
  }

  /** What is wrong with a database that should hold the state at `time`, one line a document; empty when nothing is. */
  differencesAt(time: OplogTimestamp, found: ReadonlyMap<number, number>): string[] {
    const { documents } = this.expectedAt(time);
    const differences: string[] = [];
    for (const [number, { certain, by }] of documents) {
      const value = found.get(number);
      if (value === undefined && certain) differences.push(`document ${number} is missing`);
      if (value !== undefined && !by.has(value)) {
        differences.push(
          `document ${number} was last changed by write ${value}, not ${[...by].join(' or ')}`,
        );
      }
    }
    for (const number of found.keys()) {
      if (!documents.has(number)) differences.push(this.unexpected(number));
    }
    return differences;
  }

  private unexpected(number: number): string {
    const inserted = this.numbers.get(number)?.inserted;
    if (!inserted) return `document ${number} was never written`;
    return `document ${number} is there, though it was written at ${formatTimestamp(inserted)}`;
  }

  private acknowledge(at: OplogTimestamp): void {
    this.answers += 1;
    if (this.newest === null || compareTimestamps(at, this.newest) > 0) this.newest = at;
  }
}

function isAfter(at: AppliedAt, time: OplogTimestamp): boolean {
  return at !== null && compareTimestamps(at, time) > 0;
}

/** Updates are applied in the order of their timestamps, not in the order of their answers. */
function valuesAt(number: number, { updates }: NumberHistory, time: OplogTimestamp): Set<number> {
  const values = new Set<number>();
  let last: { by: number; at: OplogTimestamp | null } = { by: number, at: null };
  for (const { by, at } of updates) {
    if (at === null) values.add(by);
    else if (!isAfter(at, time) && (last.at === null || compareTimestamps(at, last.at) > 0))
      last = { by, at };
  }
  return values.add(last.by);
}
