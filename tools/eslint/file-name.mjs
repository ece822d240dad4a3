import { basename } from 'node:path';

const roles = '(\\.(module|controller|consumer|config))?';
const kinds = '(\\.int|(\\.(embedded|servers))?\\.e2e)?(\\.spec)?';
const kebabCase = new RegExp(`^[a-z0-9]+(-[a-z0-9]+)*${roles}${kinds}(\\.d)?\\.[cm]?[jt]s$`);
const saysNothing = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'types', 'misc']);

/** A file or folder is named for the thing in it: a kebab-case noun, a role only as suffix. */
export const fileName = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      form: "File name '{{name}}' is not kebab-case with an optional role (.module, .controller, .consumer).",
      empty: "The name '{{name}}' says nothing about what is in it: name the noun.",
    },
  },
  create(context) {
    return {
      Program(node) {
        const name = basename(context.filename);
        if (!kebabCase.test(name)) context.report({ node, messageId: 'form', data: { name } });
        const path = context.filename.slice(context.cwd.length + 1).split('/');
        for (const segment of path) {
          const noun = segment.split('.')[0];
          if (saysNothing.has(noun)) context.report({ node, messageId: 'empty', data: { name: segment } });
        }
      },
    };
  },
};
