/** Asks the server where the network looked in a stretch of a file, with the mel levels that the page has of it. */
import type { Explanation, Stretch } from '../../../server/protocol/messages.js';
import { requestJson } from '../api.js';
import { BASE } from '../base.js';
import { explainedBy, questionOf, type Explained } from '../model/explained.js';
import type { FileAnalysis } from '../model/file-analysis.js';

/**
 * @returns undefined if there is nothing to ask about
 * @throws ApiError when the server refuses; the signal's reason when it is aborted
 */
export async function explainStretch(analysis: FileAnalysis, stretch: Stretch, { token, signal }: { readonly token: string | undefined; readonly signal: AbortSignal }): Promise<Explained | undefined> {
  const question = questionOf(analysis, stretch);
  const genre = stretch.genre ?? stretch.top[0]?.[0];
  if (!question || genre === undefined) return undefined;
  const query = new URLSearchParams({ from: String(question.from), to: String(question.to), genre });
  const answer = await requestJson(`v1/explain?${query}`, (path) => fetch(new URL(path, BASE), {
    method: 'POST',
    cache: 'no-store',
    headers: { 'Content-Type': 'application/octet-stream', ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
    body: question.levels,
    signal,
  }));
  return explainedBy(answer as Explanation, question, analysis.format);
}
