/** JSON of which equal contents have equal bytes: fields ordered by name, none that is undefined, no white space. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, field: unknown) => (isRecord(field) ? ordered(field) : field));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ordered(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
