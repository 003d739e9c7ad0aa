/** What a number in a name counts, as far as the words around it say. */
export type OrderKind = 'version' | 'date' | 'epoch' | 'number';

/** A file or node name taken apart: its words, and the numbers that may order it among others. */
export interface ParsedName {
  /** The name with every ordering number replaced by its kind: equal for names of one series. */
  readonly stem: string;
  readonly numbers: readonly { readonly kind: OrderKind; readonly value: readonly number[] }[];
  /** Lower-case words, numbers left out. */
  readonly words: readonly string[];
  /** Whether a word marks it as made before the release of its version. */
  readonly early: boolean;
}

const early = new Set(['pre', 'alpha', 'beta', 'rc', 'dev', 'draft', 'preview', 'init']);
/** Words for what is made from another model; general terms of the field. */
const derivedWords =
  /^(quant(ized|ised)?|u?int[48]|[qw][48]|fp?(8|16)|bf16|half|pruned?|sparse|simpl(e|ified|ify)|sim|opt(imi[sz]ed)?|fused|folded|merged|fine_?tuned?|finetuned?|ft|tuned|lora|adapter|distil(led)?|export(ed)?|converted|ema|stripped)$/;

const pattern = new RegExp(
  [
    '(?<date>(?:19|20)\\d\\d[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\\d|3[01]))?[a-z]?(?![a-z0-9]))',
    '(?<term>(?<![a-z0-9])(?:u?int(?:8|4)|[qw](?:8|4)|fp?(?:8|16)|bf16)(?![a-z0-9]))',
    '(?<epoch>(?<![a-z])(?:epochs?|ep|iter(?:ation)?s?|(?:global_?)?steps?|ckpt|checkpoint|round|e)[-_.=]?\\d+(?![a-z0-9])|(?<![a-z0-9])\\d+[-_]?(?:epochs?|ep|e|k?steps|k?iters?)(?![a-z0-9]))',
    '(?<version>(?<![a-z])(?:version|ver|rev(?:ision)?|release|rel|v|r)[-_.]?\\d+(?:\\.\\d+|_\\d{1,2}(?!\\d))*(?![a-z0-9])|(?<![a-z0-9.])\\d+(?:\\.\\d+)+(?![a-z0-9]))',
    '(?<number>\\d+)',
  ].join('|'),
  'gd',
);

/** Takes a file name apart; folder and the extension of known model files are left out. */
export function parseName(name: string): ParsedName {
  const base = name
    .replace(/^.*\//, '')
    .replace(/\.(onnx|safetensors|pth?|tar|th|bin|ckpt|jit|model)$/i, '')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase();
  const numbers: { kind: OrderKind; value: number[] }[] = [];
  const terms: string[] = [];
  const stem = base.replace(pattern, (text: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Partial<Record<OrderKind | 'term', string>>;
    if (groups.term !== undefined) {
      terms.push(text);
      return `<${text}>`;
    }
    const kind = kinds.find((k) => groups[k] !== undefined) ?? 'number';
    numbers.push({ kind, value: valueOf(text, kind) });
    return `<${kind}>`;
  });
  const words = stem.replace(/<[^>]*>/g, ' ').split(/[^a-z]+/);
  const plain = [...words.filter((word) => word !== ''), ...terms];
  const isEarly = plain.some((word) => early.has(word));
  const series = isEarly
    ? stem
        .split(/([-_. ]+)/)
        .filter((part) => !early.has(part))
        .join('')
        .replace(/[-_. ]+$/, '')
    : stem;
  return { stem: series, numbers, words: plain, early: isEarly };
}

const kinds: readonly OrderKind[] = ['date', 'epoch', 'version', 'number'];

function valueOf(text: string, kind: OrderKind): number[] {
  const digits = (text.match(/\d+/g) ?? []).flatMap((run) =>
    // A date written without separators is year, month, day.
    kind === 'date' && run.length >= 6
      ? [run.slice(0, 4), run.slice(4, 6), run.slice(6, 8)].filter((part) => part !== '')
      : [run],
  );
  const letter = kind === 'date' ? /[a-z]$/.exec(text)?.[0] : undefined;
  const values = digits.map(Number);
  if (letter !== undefined) {
    while (values.length < 3) values.push(0);
    values.push(letter.charCodeAt(0) - 96);
  }
  return values;
}

/** How two names of one series are ordered: negative if `a` comes first; undefined if not in series. */
export interface NameOrder {
  readonly sign: -1 | 0 | 1;
  readonly kind: OrderKind;
}

/** Compares names that differ in one kind of number only, or in a mark of an early version. */
export function nameOrder(a: ParsedName, b: ParsedName): NameOrder | undefined {
  const implied = impliedFirst(a, b);
  if (implied !== undefined) return implied;
  if (a.stem !== b.stem || a.numbers.length !== b.numbers.length) return undefined;
  const differing = a.numbers.flatMap(({ kind, value }, i): NameOrder[] => {
    const sign = compareLists(value, b.numbers[i]?.value ?? []);
    return sign === 0 ? [] : [{ sign, kind }];
  });
  // A bare number (an opset, a size) says little: it gives way to a date or version.
  const [first, ...rest] = differing.some(({ kind }) => kind !== 'number')
    ? differing.filter(({ kind }) => kind !== 'number')
    : differing;
  if (first !== undefined) {
    return rest.some(({ sign }) => sign !== first.sign) ? { sign: 0, kind: first.kind } : first;
  }
  if (a.early !== b.early) return { sign: a.early ? -1 : 1, kind: 'version' };
  return undefined;
}

/** `model` and `model-v2`: the one without a version came first. */
function impliedFirst(a: ParsedName, b: ParsedName): NameOrder | undefined {
  const versions = (name: ParsedName): number =>
    name.numbers.filter(({ kind }) => kind === 'version').length;
  if (versions(a) === versions(b) || seriesKey(a) !== seriesKey(b)) return undefined;
  return { sign: versions(a) < versions(b) ? -1 : 1, kind: 'version' };
}

function compareLists(a: readonly number[], b: readonly number[]): -1 | 0 | 1 {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return 0;
}

/** Whether `child` is named as something made from `parent`: all its words, and a term of derivation. */
export function namedAfter(child: ParsedName, parent: ParsedName): boolean {
  const rest = [...child.words];
  for (const word of parent.words) {
    const at = rest.indexOf(word);
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return (
    rest.some((word) => derivedWords.test(word)) &&
    !parent.words.some((w) => derivedWords.test(w) && !child.words.includes(w))
  );
}

/** Whether a name holds a term of derivation at all. */
export function namedDerived(name: ParsedName): boolean {
  return name.words.some((word) => derivedWords.test(word));
}

/** Equal for names that `nameOrder` could order. */
export function seriesKey(name: ParsedName): string {
  return name.stem.replace(/[-_. ]*<version>$/, '');
}

/** Whether a name can stand in a series of versions: by a version, a date or a mark of an early one. */
export function ordersByName(name: ParsedName): boolean {
  return name.early || name.numbers.some(({ kind }) => kind === 'version' || kind === 'date');
}
