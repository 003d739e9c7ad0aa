import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import rooms from './tools/eslint-rooms.js';

export default defineConfig(
  globalIgnores(['dist', '.types', '.tmp', 'test-results']),
  // AssemblyScript: the syntax is TypeScript's, the types are not; its own compiler checks it.
  globalIgnores(['src/codecs/wasm/assembly']),
  js.configs.recommended,
  { files: ['**/*.ts', '**/*.svelte'], extends: [ts.configs.strictTypeChecked] },
  svelte.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    plugins: { rooms },
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      'rooms/imports': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['warn', { max: 60, skipComments: true }],
      complexity: ['error', 12],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/core/**/*.ts'],
    ignores: ['**/*.{test,suite,fixture}.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'Date', message: 'Take the time as an argument.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Take a seeded generator as an argument.' },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    // svelte-check knows which names exist, as tsc does for .ts.
    rules: { 'max-lines': ['error', { max: 150 }], 'no-undef': 'off' },
  },
  // Types of components are svelte-check's; for each of them a program would be built anew here.
  { files: ['**/*.svelte'], ...ts.configs.disableTypeChecked },
  { files: ['**/*.{test,suite,fixture}.ts'], rules: { 'max-lines-per-function': 'off' } },
  // Benches are there to print.
  { files: ['bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['tools/**/*.js', 'bench/**/*.js', '*.config.{js,ts}'],
    languageOptions: { globals: globals.node },
  },
);
