/** Entry point of the static site's page. */
import './device-page.js';

// Not a secure context, or forbidden: the page works, but only with a network.
void navigator.serviceWorker?.register('service-worker.js').catch(() => {});
