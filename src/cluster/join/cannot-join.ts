/** What keeps a machine from joining: one sentence, and what to do. Nothing has been changed. */
export class CannotJoin extends Error {}
