/** Checks of the Origin header. Browsers send it with WebSocket upgrades and cross-site requests; programs don't. */
import type { Settings } from '../settings.js';

/** Whether the page is of this server itself, under any host name. */
export function isOwnPage(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Whether the operator allows pages of this origin to connect and read. */
export function isListed(origin: string, { allowedOrigins }: Pick<Settings, 'allowedOrigins'>): boolean {
  return allowedOrigins.includes('*') || allowedOrigins.includes(origin);
}
