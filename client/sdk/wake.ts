/**
 * Moments at which a page should connect again at once: the network is back, or the page is seen again
 * after a sleep or in a tab whose timers the browser had slowed down. Node has neither.
 */

interface Target {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** @returns a function that stops listening */
export function onWake(run: () => void): () => void {
  const { document } = globalThis as { document?: Target & { readonly visibilityState: string } };
  const onVisible = (): void => { if (document?.visibilityState === 'visible') run(); };
  const target = globalThis as Partial<Target>;
  target.addEventListener?.('online', run);
  document?.addEventListener('visibilitychange', onVisible);
  return () => {
    target.removeEventListener?.('online', run);
    document?.removeEventListener('visibilitychange', onVisible);
  };
}
