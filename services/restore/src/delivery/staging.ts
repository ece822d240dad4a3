/** Hidden in the target while a restore works in it. Whoever makes it has taken the target. */
export const stagingName = '.headwater-restore';
