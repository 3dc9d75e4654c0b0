/** Ends a response without an end of its own (events, sound of stations) when the token no longer counts that it needs. */
import { ERRORS } from '../protocol/errors.js';

const EVENTS = 'text/event-stream';
const LAST_EVENT = `event: error\ndata: ${JSON.stringify({ type: 'error', code: 'token-ended', message: `${ERRORS['token-ended'].meaning}.` })}\n\n`;

/**
 * @param hold takes what ends the response; returns what to call when it has ended by itself
 * @returns the response itself if it ends soon anyway
 */
export function endedBy(response: Response, hold: (end: () => void) => () => void): Response {
  const type = response.headers.get('content-type') ?? '';
  const isEvents = type.startsWith(EVENTS);
  if (!response.body || response.headers.has('content-length') || !(isEvents || type.startsWith('audio/'))) return response;
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let release = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      release = hold(() => {
        if (isEvents) controller.enqueue(new TextEncoder().encode(LAST_EVENT));
        controller.close();
        // A read that is still waiting then finds the end.
        void reader.cancel().catch(() => {});
      });
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      try {
        if (!done) return controller.enqueue(value);
        release();
        controller.close();
      } catch {
        // It was ended meanwhile.
      }
    },
    cancel(reason) {
      release();
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(body, response);
}
