import { z } from 'zod';

/** What a rehearsal asks for. */
export interface FaultRates {
  readonly seed: number;
  /** The share of calls that something happens to, 0 to 0.9. */
  readonly store: number;
  /** 〃 */
  readonly bus: number;
}

const form = 'must be like seed=7,store=0.05,bus=0.03: a whole number, and shares of calls from 0 to 0.9';
const highestRate = 0.9;

/** `seed=7,store=0.05,bus=0.03`: the seed, and one rate or both; each once, in any order. */
export function faultRates() {
  return z.string().transform((text, context): FaultRates => {
    const parts = text.split(',').map((part) => part.split('='));
    const given = new Map(parts.map(([name = '', value = '']) => [name, value]));
    const seed = given.get('seed') ?? '';
    const [store, bus] = [rateOf(given.get('store')), rateOf(given.get('bus'))];
    const isKnown = [...given.keys()].every((name) => ['seed', 'store', 'bus'].includes(name));
    const isWhole = parts.length === given.size && parts.every((part) => part.length === 2);
    if (isKnown && isWhole && given.size > 1 && /^\d{1,9}$/.test(seed) && store !== null && bus !== null) {
      return { seed: Number(seed), store, bus };
    }
    context.addIssue({ code: 'custom', message: form });
    return z.NEVER;
  });
}

function rateOf(text: string | undefined): number | null {
  if (text === undefined) return 0;
  const rate = /^(0|0?\.\d{1,6})$/.test(text) ? Number(text) : NaN;
  return rate <= highestRate ? rate : null;
}
