/** Where the server is: what it serves lies beside this script, whatever the page's own address is. */
export const BASE = new URL('.', import.meta.url);
