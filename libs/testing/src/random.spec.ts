import { Random } from './random.js';

const draw = (random: Random) => Array.from({ length: 20 }, () => random.below(1000));

describe('Random', () => {
  it('repeats itself for the same seed and stream, and for no other', () => {
    expect(draw(new Random(1, 5))).toEqual(draw(new Random(1, 5)));
    expect(draw(new Random(1, 5))).not.toEqual(draw(new Random(1, 6)));
    expect(draw(new Random(1, 5))).not.toEqual(draw(new Random(2, 5)));
  });

  it('spreads evenly over its range', () => {
    const random = new Random(7);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 10_000; n++) {
      const value = random.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('spreads evenly over the first numbers of neighbouring streams', () => {
    const firsts = Array.from({ length: 10_000 }, (_, stream) => new Random(7, stream).next());
    const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });

  it('chooses as often as weights say', () => {
    const random = new Random(3);
    const choices = [
      { name: 'often', weight: 9 },
      { name: 'seldom', weight: 1 },
    ];
    const chosen = Array.from({ length: 10_000 }, () => random.weighted(choices).name);
    const seldom = chosen.filter((name) => name === 'seldom').length;
    expect(Math.abs(seldom - 1000)).toBeLessThan(150);
  });
});
