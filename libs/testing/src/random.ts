/** Repeatable chance: mulberry32, 32 bits of state. The same seed and stream give the same numbers for ever. */
export class Random {
  private state: number;

  /** Streams of one seed have nothing to do with each other: a step of a workload has one of its own. */
  constructor(seed: number, stream = 0) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, at least 0, below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Two different choices. */
  pickTwo<T>(choices: readonly [T, T, ...T[]]): [T, T] {
    const first = this.below(choices.length);
    const second = (first + 1 + this.below(choices.length - 1)) % choices.length;
    return [choices[first] ?? choices[0], choices[second] ?? choices[1]];
  }

  /** A choice as often as its weight says. Weights are above 0. */
  weighted<T extends { readonly weight: number }>(choices: readonly T[]): T {
    const total = choices.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.next() * total;
    for (const choice of choices) {
      left -= choice.weight;
      if (left < 0) return choice;
    }
    throw new Error('no choice has a weight');
  }

  /** Some words of a small vocabulary, so that a text index has something to find. */
  words(count: number): string {
    return Array.from({ length: count }, () => this.pick(vocabulary)).join(' ');
  }
}

const vocabulary = [
  'river',
  'source',
  'spring',
  'delta',
  'weir',
  'sluice',
  'tide',
  'brook',
  'ford',
  'lock',
] as const;
