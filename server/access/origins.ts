/** Whose page a request comes from. Programs send no Origin; pages must, where it matters. */
import type { Settings } from '../settings.js';

/** A page of this server itself, by whatever name it was reached. */
export function isOwnPage(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** A page of another site that the operator lets connect and look. */
export function isListed(origin: string, { allowedOrigins }: Pick<Settings, 'allowedOrigins'>): boolean {
  return allowedOrigins.includes('*') || allowedOrigins.includes(origin);
}
