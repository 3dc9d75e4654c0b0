/** What the tests of the classifier on the device share. */
import { fileURLToPath } from 'node:url';

/** The shipped model. */
export const MODEL_FOLDER = fileURLToPath(new URL('../../../../models/genre-v2', import.meta.url));
