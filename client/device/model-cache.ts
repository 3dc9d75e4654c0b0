/**
 * Fetches a model's file once, checks it against its SHA-256 and keeps it in the Cache API. What does not match
 * is never kept: servers answer a wrong address with a page and status 200, which would otherwise stay for good.
 */

export interface ModelFile {
  readonly url: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

const CACHE = 'livegenre-model';

/**
 * @returns the file's bytes. On pages without a secure context browsers have neither cache nor hash: there it is fetched each time, unchecked
 * @throws Error if it can't be fetched, or is another file
 */
export async function fetchModel({ url, sha256 }: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
  const cache = await openCache();
  const key = `${url}?sha256=${sha256}`;
  const kept = await cache?.match(key).catch(() => undefined);
  if (kept) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (await hasHash(bytes, sha256)) return bytes;
  }
  // The second time past the browser's HTTP cache, which may hold the file of another version.
  for (const cacheMode of ['default', 'reload'] as const) {
    const response = await fetch(url, { cache: cacheMode });
    if (!response.ok) throw new Error(`The model could not be fetched from ${url}: HTTP status ${response.status}.`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!await hasHash(bytes, sha256)) continue;
    await keep(cache, key, bytes);
    return bytes;
  }
  throw new Error(`The file at ${url} is not the model that belongs to this script (its SHA-256 is not ${sha256}).`);
}

/** Undefined where there is none: without a secure context, or forbidden by the visitor's settings. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined;
  }
}

/** Keeps the file in place of those before it; a full disk is no reason to fail. */
async function keep(cache: Cache | undefined, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    for (const request of await cache?.keys() ?? []) await cache!.delete(request);
    await cache?.put(key, new Response(bytes));
  } catch {
    // Fetched again next time.
  }
}

async function hasHash(bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<boolean> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (!subtle) return true;
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === sha256;
}
