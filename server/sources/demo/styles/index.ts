/** The programme of the demo station. */
import type { Style } from '../style.js';
import { blues } from './blues.js';
import { classical } from './classical.js';
import { country } from './country.js';
import { disco } from './disco.js';
import { hiphop } from './hiphop.js';
import { jazz } from './jazz.js';
import { metal } from './metal.js';
import { pop } from './pop.js';
import { reggae } from './reggae.js';
import { rock } from './rock.js';

export const STYLES: readonly Style[] = [blues, classical, country, disco, hiphop, jazz, metal, pop, reggae, rock];
