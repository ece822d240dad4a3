/** `1,234,567` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A number and its noun: `1 file`, `2 files`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** `512 bytes`, `3.4 kB`, `78 MB`, `1.2 GB`: powers of 1000. */
export function bytes(value: number): string {
  if (value < 1000) return counted(value, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let [unit, scaled] = [0, value / 1000];
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${scaled < 10 ? scaled.toFixed(1) : Math.round(scaled).toString()} ${units[unit] ?? ''}`;
}

/** `3.2 s`, `42 s`, `1 min 12 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `0 s`, `42 s`, `1 min 12 s`: of whole seconds. */
export function wholeDuration(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : duration(seconds);
}

/** `2026-11-24T08:00:12Z` of seconds since 1970. */
export function isoSecond(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** `08:00:12`, in UTC. */
export function timeOfDay(seconds: number): string {
  return isoSecond(seconds).slice(11, 19);
}
