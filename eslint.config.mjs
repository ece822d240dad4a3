import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import {
  dependencyRule,
  dependencyRuleOfSecondEntries,
  dependencyRuleOfSpecs,
  dependencyRuleOfTestCode,
  vendorHomes,
} from './tools/eslint/dependency-rule.mjs';
import { fileName } from './tools/eslint/file-name.mjs';
import { vendorHome } from './tools/eslint/vendor-home.mjs';

const typescript = ['**/*.ts'];
const specs = ['**/*.spec.ts', '**/src/**/spec-support/**/*.ts', '**/src/conformance/**/*.ts'];
/** Code that only ever runs in tests or on a developer's machine. */
const testCode = [...specs, 'libs/testing/**/*.ts', 'e2e/**/*.ts', 'deploy/local/**/*.ts', 'tools/**/*.ts'];

const exportAll = { selector: 'ExportAllDeclaration', message: 'Name what is exported.' };
const environment = {
  selector:
    'MemberExpression[object.name="process"][property.name="env"], ImportDeclaration[source.value=/^(node:)?process$/]',
  message: 'The environment is read in config.ts only and comes in as an argument.',
};
const clockAndChance = [
  {
    selector: 'MemberExpression[object.name="Date"][property.name="now"]',
    message: 'Time comes in as a Clock argument (@headwater/clock).',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Time comes in as a Clock argument (@headwater/clock).',
  },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Randomness comes in as an argument.',
  },
];
const restrict = (...selectors) => ({ 'no-restricted-syntax': ['error', exportAll, ...selectors] });

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/coverage/', '.nx/', 'headwater-data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mjs,cjs}'],
    extends: [tseslint.configs.base],
    plugins: { headwater: { rules: { 'file-name': fileName, 'vendor-home': vendorHome } } },
    rules: {
      'headwater/file-name': 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
      'max-params': ['error', 4],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-var': 'error',
    },
  },
  {
    files: typescript,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      ...dependencyRule,
      ...restrict(environment, ...clockAndChance),
      'headwater/vendor-home': ['error', vendorHomes],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      // A false hit on NestFactory's options.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  { files: ['libs/clock/**/*.ts'], rules: restrict(environment) },
  { files: ['**/config.ts'], rules: restrict(...clockAndChance) },
  { files: ['libs/{messaging,object-store}/src/*/**/*.ts'], rules: dependencyRuleOfSecondEntries },
  { files: testCode, rules: { ...dependencyRuleOfTestCode, ...restrict() } },
  {
    files: specs,
    rules: {
      ...dependencyRuleOfSpecs,
      // A `describe` is as long as what it promises; the file's length is still bounded.
      'max-lines-per-function': 'off',
    },
  },
);
