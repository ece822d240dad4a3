import { relative } from 'node:path';

const isIn = (file, folder) => file.startsWith(`${folder}/`);
const isOf = (specifier, vendor) => specifier === vendor || specifier.startsWith(`${vendor}/`);

/**
 * A vendor's package is imported only in its homes, so that exchanging it stays a local change.
 * Option: `{ [package or scope]: folder[] }`.
 */
export const vendorHome = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } }],
    messages: { away: "'{{specifier}}' is imported only in {{homes}}." },
  },
  create(context) {
    const file = relative(context.cwd, context.filename);
    const check = (node, source) => {
      if (typeof source?.value !== 'string') return;
      for (const [vendor, homes] of Object.entries(context.options[0])) {
        if (!isOf(source.value, vendor) || homes.some((home) => isIn(file, home))) continue;
        context.report({
          node,
          messageId: 'away',
          data: { specifier: source.value, homes: homes.join(', ') },
        });
      }
    };
    const declaration = (node) => check(node, node.source);
    return {
      ImportDeclaration: declaration,
      ExportNamedDeclaration: declaration,
      ExportAllDeclaration: declaration,
      ImportExpression: declaration,
      TSImportType: declaration,
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
    };
  },
};
