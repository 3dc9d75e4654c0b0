/** Where sound of this page is classified, as the visitor chose it: on the server, to which it is sent, or on this device. */
import { storeChoice, storedChoice, type ChoiceStorage } from './stored-choice.js';

export type Place = 'server' | 'device';

const KEY = 'livegenre.place';

export function storedPlace(storage: () => ChoiceStorage): Place {
  return storedChoice(storage, KEY, ['server', 'device']) ?? 'server';
}

export function storePlace(storage: () => ChoiceStorage, place: Place): void {
  storeChoice(storage, KEY, place);
}
