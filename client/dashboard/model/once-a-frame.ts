/** A function that calls `update` with the next animation frame, once however often it was called before that. */
export function onceAFrame(update: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      update();
    });
  };
}
