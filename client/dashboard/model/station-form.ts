/** Conversion between a station's settings and the fields of the editor's form, with all alert rules on or off. */
import type { Rule, StationForm } from '../api.js';

type RuleType = Rule['type'];
type RuleOf<Type extends RuleType> = Extract<Rule, { type: Type }>;

/** Number field of a rule in the form; shares are in percent. */
export interface RuleField {
  readonly key: string;
  /** Text before the number. */
  readonly before: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly value: number;
}

export interface RuleRow {
  readonly type: RuleType;
  readonly isOn: boolean;
  readonly fields: readonly RuleField[];
  readonly expect: readonly string[];
}

const DAY_S = 86_400;

/** Default values of the rules, equal to the server's. */
const DEFAULTS: { readonly [Type in RuleType]: RuleOf<Type> } = {
  'dead-air': { type: 'dead-air', belowDb: -50, forS: 15, endAfterS: 5 },
  'down': { type: 'down', forS: 30 },
  'speech': { type: 'speech', forS: 600, endAfterS: 30 },
  'drift': { type: 'drift', expect: [], windowS: 1800, minShare: 0.5 },
  'mood': { type: 'mood', minLively: 0, maxLively: 0.7, minHappy: 0, maxHappy: 1, forS: 300, endAfterS: 60 },
  'genre-changed': { type: 'genre-changed', forS: 20 },
};

export const RULE_TYPES = Object.keys(DEFAULTS) as readonly RuleType[];
const NEW_RULES: readonly Rule[] = [DEFAULTS['dead-air'], DEFAULTS.down];

export const NEW_STATION: StationForm = { name: '', url: '', enabled: true, rules: NEW_RULES, webhooks: [] };

export function ruleRows(rules: readonly Rule[]): RuleRow[] {
  return RULE_TYPES.map((type) => {
    const given = rules.find((rule) => rule.type === type);
    const rule = given ?? DEFAULTS[type];
    return { type, isOn: given !== undefined, fields: fieldsOf(rule), expect: rule.type === 'drift' ? rule.expect : [] };
  });
}

function fieldsOf(rule: Rule): RuleField[] {
  const seconds = (key: string, before: string, value: number, min: number): RuleField => ({ key, before, unit: 's', min, max: DAY_S, value });
  const percent = (key: string, before: string, share: number): RuleField => ({ key, before, unit: '%', min: 0, max: 100, value: Math.round(share * 100) });
  switch (rule.type) {
    case 'dead-air': return [
      { key: 'belowDb', before: 'below', unit: 'dBFS', min: -120, max: 0, value: rule.belowDb },
      seconds('forS', 'for', rule.forS, 1),
      seconds('endAfterS', 'over after', rule.endAfterS, 0),
    ];
    case 'down': return [seconds('forS', 'for', rule.forS, 0)];
    case 'speech': return [seconds('forS', 'for', rule.forS, 1), seconds('endAfterS', 'over after', rule.endAfterS, 0)];
    case 'drift': return [
      percent('minShare', 'less than', rule.minShare),
      seconds('windowS', 'in the last', rule.windowS, 10),
    ];
    case 'mood': return [
      percent('minLively', 'lively from', rule.minLively),
      percent('maxLively', 'to', rule.maxLively),
      percent('minHappy', 'happy from', rule.minHappy),
      percent('maxHappy', 'to', rule.maxHappy),
      seconds('forS', 'outside for', rule.forS, 1),
      seconds('endAfterS', 'over after', rule.endAfterS, 0),
    ];
    case 'genre-changed': return [seconds('forS', 'and stays for', rule.forS, 0)];
  }
}

/** @param numbers values of the form's fields by key */
export function ruleOf(type: RuleType, numbers: Readonly<Record<string, number>>, expect: readonly string[]): Rule {
  const shares = new Set(fieldsOf(DEFAULTS[type]).filter(({ unit }) => unit === '%').map(({ key }) => key));
  const values = Object.entries(numbers).map(([key, value]): [string, number] => [key, shares.has(key) ? value / 100 : value]);
  return { type, ...Object.fromEntries(values), ...(type === 'drift' && { expect }) } as Rule;
}

/** Splits the text of the webhooks field at white space. */
export function webhookLines(text: string): string[] {
  return text.split(/\s+/).filter((line) => line !== '');
}

/** Names of the form fields that start a sentence of the server's error message: "url must be …". */
export function refusedFields(sentence: string): string[] {
  return [...sentence.matchAll(/(?:^|\. )(name|url|webhooks)\b/g)].map(([, field]) => field!);
}
