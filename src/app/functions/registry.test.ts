import { describe, expect, test } from 'vitest';
import { checkArguments, defaultsOf } from '../../core/recipe/checkArguments.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import { creationFunctions, functionOf } from './registry.ts';

describe('the registry', () => {
  test('finds functions by id, and says which it lacks', () => {
    expect(functionOf('finetune').title).toBe('Finetune');
    expect(() => functionOf('nothing')).toThrow('function-missing');
    const ids = creationFunctions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(creationFunctions.map((each) => [each.id, each] as const))(
    'describes %s in whole sentences, with defaults that fit',
    (id, { schema, summary }) => {
      expect(summary).toMatch(/^[A-Z].*\.$/);
      const complete: Arguments = checkArguments<Schema>(id, schema, {});
      expect(complete).toEqual(defaultsOf<Schema>(schema));
      for (const [name, field] of Object.entries(schema)) {
        expect(field.title).toMatch(/^[A-Z]/);
        expect(field.help).toMatch(/[.]$/);
        const given: Arguments = { [name]: field.default };
        expect(() => checkArguments<Schema>(id, schema, given)).not.toThrow();
        const { when } = field;
        if (when === undefined) continue;
        const decides = schema[when.field];
        const values =
          decides?.is === 'choice' ? decides.options.map(({ value }) => value) : [true, false];
        for (const value of when.is)
          expect(values.map((each) => JSON.stringify(each))).toContain(JSON.stringify(value));
      }
    },
  );
});
