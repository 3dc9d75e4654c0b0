/** Subjects of NATS about streams. What a stream says goes to a subject of its node's session, so a node that lost it without knowing can not speak for it. */

export interface StreamSubjects {
  /** `find`, to all. */
  readonly find: string;
  /** `found`, to the session that asked. */
  found(session: string): string;
  /** `list`, to all. */
  readonly list: string;
  /** `listed`, to the session that asked. */
  listed(session: string): string;
  /** `watch`, to the session that has the streams. */
  watch(session: string): string;
  /** `watched`, to the session that watches, from one that has streams; `*` for all of them. */
  watched(session: string, owner: string): string;
  /** `letGo`, to all; answers go to `letGone`. */
  readonly letGo: string;
  letGone(session: string): string;
  /** Messages of a stream, but `columns`. */
  stream(session: string, key: number): string;
  columns(session: string, key: number): string;
}

export function streamSubjects(prefix: string): StreamSubjects {
  return {
    find: `${prefix}.find`,
    found: (session) => `${prefix}.found.${session}`,
    list: `${prefix}.list`,
    listed: (session) => `${prefix}.listed.${session}`,
    watch: (session) => `${prefix}.watch.${session}`,
    watched: (session, owner) => `${prefix}.watched.${session}.${owner}`,
    letGo: `${prefix}.let-go`,
    letGone: (session) => `${prefix}.let-gone.${session}`,
    stream: (session, key) => `${prefix}.stream.${session}.${key}`,
    columns: (session, key) => `${prefix}.columns.${session}.${key}`,
  };
}
