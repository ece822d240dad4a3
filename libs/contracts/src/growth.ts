/**
 * Marks an enumeration, or a union by `kind`, that may get further values within a major version. A reader must expect a
 * value that it does not know. Everything that is not marked stays as it was released, but for optional fields.
 */
export const grows = { 'x-grows': true } as const;
