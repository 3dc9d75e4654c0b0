/** A choice of the visitor that the browser keeps: one of a few words. */

/** The methods of localStorage that are used; they throw if the browser blocks storage. */
export type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** @returns undefined before the first choice, for words of other versions, and where storage is blocked */
export function storedChoice<Choice extends string>(storage: () => ChoiceStorage, key: string, choices: readonly Choice[]): Choice | undefined {
  try {
    const stored = storage().getItem(key);
    return choices.find((choice) => choice === stored);
  } catch {
    return undefined;
  }
}

export function storeChoice(storage: () => ChoiceStorage, key: string, choice: string): void {
  try {
    storage().setItem(key, choice);
  } catch {
    // Storage is blocked: the choice lasts until the page is closed.
  }
}
