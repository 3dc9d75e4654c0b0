/** What the page of the library asks the server for, and how it is written. */
import type { Sort } from '../../../server/protocol/library.js';
import type { StreamState } from '../../../server/protocol/messages.js';

export interface Question {
  readonly q: string;
  /** A genre, or what tracks without one mostly are. */
  readonly kind: { readonly genre: string } | { readonly state: StreamState } | undefined;
  /** What the music must have beside its genre. */
  readonly beside: { readonly mood: string } | { readonly tags: string } | undefined;
  readonly errors: boolean;
  readonly sort: Sort;
  readonly descending: boolean;
}

/** The question as parameters of `GET /v1/tracks`. */
export function queryOf({ q, kind, beside, errors, sort, descending }: Question): URLSearchParams {
  const query = new URLSearchParams({ sort });
  if (q.trim() !== '') query.set('q', q.trim());
  for (const [name, value] of Object.entries({ ...kind, ...beside })) query.set(name, value);
  if (errors) query.set('errors', '1');
  if (descending) query.set('descending', '1');
  return query;
}

/** The question with a column's heading pressed: sorted by it, the other way round if it was. The surest and the longest come first. */
export function sortedBy(question: Question, sort: Sort): Question {
  const descending = question.sort === sort ? !question.descending : sort === 'p' || sort === 'durationMs';
  return { ...question, sort, descending };
}
