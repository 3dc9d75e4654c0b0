/** The certificate of TLS: readable, of this key, and valid for a while. */
import { readCertificate } from '../http/certificate.js';
import type { Settings } from '../settings.js';
import { note, ok, problem, reasonOf, type Finding } from './finding.js';

const DAY_MS = 86_400_000;
/** Renewals come a month before; later than this one has failed. */
const SOON_DAYS = 14;

export async function checkCertificate(settings: Pick<Settings, 'tlsCert' | 'tlsKey'>, nowMs: number = Date.now()): Promise<Finding> {
  try {
    return checkValidity((await readCertificate(settings))?.validToMs, nowMs);
  } catch (error) {
    return problem(reasonOf(error).replace(/\.$/, ''), 'Name a certificate and its key, both in PEM, with --tls-cert and --tls-key.', { validTo: null });
  }
}

/** @param validToMs end of the certificate, ms since 1970; undefined without TLS */
export function checkValidity(validToMs: number | undefined, nowMs: number): Finding {
  if (validToMs === undefined) return ok('none: the server speaks HTTP without TLS', { validTo: null });
  const facts = { validTo: new Date(validToMs).toISOString() };
  const days = Math.floor((validToMs - nowMs) / DAY_MS);
  if (days < 0) return problem(`the certificate has expired (${facts.validTo})`, 'Renew it: browsers refuse it. A running server reads it again by itself.', facts);
  if (days < SOON_DAYS) return note(`the certificate expires in ${days} days`, 'Renew it; a running server reads it again by itself.', facts);
  return ok(`a certificate, valid for ${days} days`, facts);
}
