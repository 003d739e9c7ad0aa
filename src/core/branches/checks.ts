/**
 * Looks at a value from a foreign JSON text: gives what is wrong with it, with the way to it
 * (`.edges[3].kind is not one of …`), or undefined.
 */
export type Check = (value: unknown) => string | undefined;

/** How deep foreign values may nest: recipes reach about ten. */
const deepest = 48;

/** Most characters of a text: notes and scripts are long, names have limits of their own. */
const longestText = 1_000_000;

const when =
  (holds: (value: unknown) => boolean, what: string): Check =>
  (value) =>
    holds(value) ? undefined : ` ${what}`;

export const isText = (most = longestText): Check =>
  when((value) => typeof value === 'string' && value.length <= most, `is no text of at most ${most} characters`); // prettier-ignore

export const isNumber: Check = when(Number.isFinite, 'is no finite number');

export const isSize: Check = when(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  'is no whole number from 0',
);

export const isFlag: Check = when(
  (value) => typeof value === 'boolean',
  'is neither true nor false',
);

export const isOneOf = (...values: readonly unknown[]): Check =>
  when((value) => values.includes(value), `is not one of ${values.map((one) => JSON.stringify(one)).join(', ')}`); // prettier-ignore

export const isMatch = (pattern: RegExp, what: string): Check =>
  when((value) => typeof value === 'string' && pattern.test(value), `is not ${what}`);

export const isListOf =
  (item: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return ' is no list';
    for (const [index, each] of value.entries()) {
      const wrong = item(each);
      if (wrong !== undefined) return `[${index}]${wrong}`;
    }
    return undefined;
  };

export const isRecordOf =
  (item: Check): Check =>
  (value) => {
    if (!isObject(value)) return ' is no object';
    for (const [key, each] of Object.entries(value)) {
      const wrong = item(each);
      if (wrong !== undefined) return `.${key.slice(0, 40)}${wrong}`;
    }
    return undefined;
  };

/** An object with these members. Others are let through: later versions may have more. */
export const isShape =
  (needed: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value) => {
    if (!isObject(value)) return ' is no object';
    for (const [key, check] of Object.entries(needed)) {
      const wrong = Object.hasOwn(value, key) ? check(value[key]) : ' is missing';
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
    for (const [key, check] of Object.entries(optional)) {
      const wrong = Object.hasOwn(value, key) ? check(value[key]) : undefined;
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
    return undefined;
  }; // prettier-ignore

/** One of several shapes, told apart by their member `is`. */
export const isKind =
  (kinds: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!isObject(value)) return ' is no object';
    const { is } = value;
    const check = typeof is === 'string' && Object.hasOwn(kinds, is) ? kinds[is] : undefined;
    return check === undefined
      ? `.is is not one of ${Object.keys(kinds).join(', ')}`
      : check(value);
  };

/** Plain data that is safe to keep: not too deep, and without keys that reach an object's prototype. */
export const isPlain: Check = (value) => plain(value, 0);

function plain(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > deepest) return ` nests more than ${deepest} deep`;
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') return ' has the key __proto__';
    const wrong = plain(member, depth + 1);
    if (wrong !== undefined) return Array.isArray(value) ? `[${key}]${wrong}` : `.${key.slice(0, 40)}${wrong}`; // prettier-ignore
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
