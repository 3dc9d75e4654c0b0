/**
 * The tables, as steps from an empty file to today's. A step that was released is never changed:
 * files out there have taken it. Add another.
 */
export const MIGRATIONS: readonly string[] = [
];
