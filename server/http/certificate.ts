/**
 * The certificate and key of TLS, read again when their files change or on demand. New connections get
 * the new ones; a pair that can't be used (a renewal writes two files, one after the other) leaves the
 * one before in use.
 */
import { readFile } from 'node:fs/promises';
import { unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import type { Log } from '../log.js';
import { flagOf, SettingError, type Settings } from '../settings.js';

export interface CertificateFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Time from which browsers refuse it, ms since 1970. */
  readonly validToMs: number;
}

type TlsSettings = Pick<Settings, 'tlsCert' | 'tlsKey'>;

/** How often the files are looked at. Systems tell of changes behind symbolic links, as certbot has them, in no reliable way. */
const LOOK_EVERY_MS = 5000;

/** @returns undefined without TLS. @throws SettingError when the files can't be used */
export async function readCertificate({ tlsCert, tlsKey }: TlsSettings): Promise<CertificateFiles | undefined> {
  if (tlsCert === '' && tlsKey === '') return undefined;
  if (tlsCert === '' || tlsKey === '') throw new SettingError(`${flagOf('tlsCert')} and ${flagOf('tlsKey')} are given together or not at all.`);
  try {
    const [cert, key] = await Promise.all([readFile(tlsCert), readFile(tlsKey)]);
    // Throws when the key is of another certificate.
    createSecureContext({ cert, key });
    return { cert, key, validToMs: Date.parse(new X509Certificate(cert).validTo) };
  } catch (error) {
    throw new SettingError(`The certificate of ${flagOf('tlsCert')} and the key of ${flagOf('tlsKey')} can not be used: ${(error as Error).message}.`);
  }
}

export interface ReloadOptions {
  readonly settings: TlsSettings;
  readonly log: Log;
  /** Called with each new pair. */
  readonly use: (files: CertificateFiles) => void;
  readonly everyMs?: number;
}

/** Owns the watching, until `close`. */
export class CertificateReload {
  readonly #options: ReloadOptions;
  readonly #onChange = (): void => void this.reload();

  constructor(options: ReloadOptions) {
    this.#options = options;
    for (const path of this.#paths) watchFile(path, { interval: options.everyMs ?? LOOK_EVERY_MS, persistent: false }, this.#onChange);
  }

  async reload(): Promise<void> {
    const { settings, log, use } = this.#options;
    try {
      const files = await readCertificate(settings);
      if (!files) return;
      use(files);
      log.info('the certificate was read again', { validTo: new Date(files.validToMs).toISOString() });
    } catch (error) {
      log.warn('the certificate was not read again; the one before stays in use', { reason: (error as Error).message });
    }
  }

  close(): void {
    for (const path of this.#paths) unwatchFile(path, this.#onChange);
  }

  get #paths(): readonly string[] {
    const { tlsCert, tlsKey } = this.#options.settings;
    return [tlsCert, tlsKey].filter((path) => path !== '');
  }
}
