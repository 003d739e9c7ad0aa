import type { Json } from './recipe.ts';

/**
 * The arguments of a creation function, as data: draws the form, checks the values, documents them,
 * and is the JavaScript API.
 */
export type Schema = Readonly<Record<string, Field>>;

interface FieldWords {
  /** As a form shows it. */
  readonly title: string;
  /** One sentence: what it does and when to change it. */
  readonly help: string;
  /** Shown only under "More settings". */
  readonly advanced?: boolean;
  /** Shown only while another field has one of these values. */
  readonly when?: { readonly field: string; readonly is: readonly Json[] };
}

export type Field = FieldWords &
  (
    | {
        readonly is: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly whole: boolean;
        readonly unit?: string;
      }
    /** A number or nothing. */
    | {
        readonly is: 'optional-number';
        readonly default: number | null;
        readonly min: number;
        readonly max: number;
        readonly whole: boolean;
        readonly unit?: string;
      }
    | { readonly is: 'boolean'; readonly default: boolean }
    | {
        readonly is: 'choice';
        readonly default: string;
        readonly options: readonly { readonly value: string; readonly title: string }[];
      }
    | { readonly is: 'text'; readonly default: string; readonly maxLength: number }
    /** Names of the parent's tensors. */
    | { readonly is: 'tensors'; readonly default: readonly string[] }
    /** One number per parent, in order; or empty for equal weights. */
    | { readonly is: 'parent-weights'; readonly default: readonly number[] }
    /** Augmentations, as `core/data/dataUse.ts` has them. */
    | { readonly is: 'augmentations'; readonly default: readonly Json[] }
  );
