/** Base URL of the server: the folder of this script, independent of the page's address. */
export const BASE = new URL('.', import.meta.url);
