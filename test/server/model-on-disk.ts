/** A folder with the model of the fake classifier, as a reload reads it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FRONT_END_V1 } from '../../dsp/mel/mel-columns.js';
import { saveBundle } from '../../models/model-folder.js';
import type { Manifest } from '../../models/manifest.js';
import { FAKE_BUNDLE, FAKE_LABELS } from './fake-classifier.js';

export interface ModelOnDisk {
  readonly folder: string;
  /** Puts another model there, with what is given instead of the fake one's. */
  write(changes: Partial<Manifest>): Promise<void>;
  remove(): void;
}

export function modelOnDisk(): ModelOnDisk {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-model-'));
  const weights = new Float32Array((FRONT_END_V1.bands + 1) * FAKE_LABELS.length);
  return {
    folder,
    write: (changes) => saveBundle(folder, { ...FAKE_BUNDLE.manifest, layers: [{ type: 'dense', units: FAKE_LABELS.length, activation: 'linear' }], ...changes }, weights),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
