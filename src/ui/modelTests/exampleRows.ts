/** An input with its expected answer, as a form holds it: texts. */
export interface ExampleRow {
  readonly input: string;
  readonly expect: string;
  readonly tolerance: string;
}

/** Numbers, or lists of them, with commas between or as JSON; undefined for other text. */
function numbersIn(text: string): unknown {
  const list = text.trim();
  const json = list.startsWith('[') ? list : `[${list.split(/[\s,;]+/).join(',')}]`;
  try {
    const value = JSON.parse(json) as unknown;
    const flat = Array.isArray(value) ? value.flat(Infinity) : [];
    return flat.length > 0 && flat.every((each) => typeof each === 'number') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A text in quotes is a text whatever it holds: a class called "7". */
function valueIn(text: string): unknown {
  const quoted = /^"(.*)"$/s.exec(text.trim());
  if (quoted) return quoted[1];
  return numbersIn(text) ?? text;
}

/** Examples as the test keeps them: JSON. An input with names of its own is JSON already. */
export function examplesJson(rows: readonly ExampleRow[]): string {
  return JSON.stringify(
    rows.map(({ input, expect, tolerance }) => ({
      input: namedInput(input) ?? valueIn(input),
      expect: valueIn(expect),
      ...(tolerance.trim() === '' ? {} : { tolerance: Number(tolerance) }),
    })),
  );
}

function namedInput(text: string): unknown {
  if (!text.trim().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Rows of examples that are kept; undefined where they are no list that rows can show. */
export function exampleRows(json: string): readonly ExampleRow[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  return list.map((each: unknown) => {
    const { input, expect, tolerance } = (each ?? {}) as Readonly<Record<string, unknown>>;
    return {
      input: textOf(input),
      expect: textOf(expect),
      tolerance: typeof tolerance === 'number' ? String(tolerance) : '',
    };
  });
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return numbersIn(value) === undefined ? value : `"${value}"`;
  if (Array.isArray(value) && value.every((each) => typeof each === 'number'))
    return value.join(', ');
  return value === undefined ? '' : JSON.stringify(value);
}
