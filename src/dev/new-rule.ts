import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

/** `npm run new-rule -- FAMILY ID`: a rule, its cases and its test, ready to be filled; the cases fail until they are. */
const [family = '', id = ''] = process.argv.slice(2);
const name = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
if (!name.test(family) || !name.test(id)) {
  console.error('usage: npm run new-rule -- FAMILY ID   (both in kebab-case, the id named by the fault)');
  process.exit(2);
}
const files = new Map([
  [`rules/${family}/${id}.ts`, ruleText(id)],
  [`test/rules/${family}/${id}.cases.ts`, casesText()],
  [`test/rules/${family}/${id}.test.ts`, testText(family, id)],
]);
for (const [path, text] of files) {
  if (existsSync(path)) {
    console.error(`${path} exists already`);
    process.exit(2);
  }
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  writeFileSync(path, text);
  console.log(path);
}

function ruleText(rule: string): string {
  return `import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';

export default defineRule({
  id: '${rule}',
  title: '',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes'),
  docs: { what: '', why: '', fix: '', seen: '' },
  subjects: (model) => model.gatewayRoutes,
  *check(model) {
    for (const route of model.gatewayRoutes) {
      yield finding(route, {
        message: '',
        effect: 'traffic',
        evidence: [route.at('spec')],
        cause: '',
        fix: [{ say: '', restarts: 'nothing', works: 'now' }],
      });
    }
  },
});
`;
}

function casesText(): string {
  return `import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [{ name: 'write a loud case', manifests: '', finds: ['GatewayRoute default/write-me'] }],
  quiet: [
    { name: 'write a quiet case', manifests: 'kind: WriteMe', notEvaluated: ['write me'] },
    { name: 'and another, a near miss', manifests: 'kind: WriteMe', notEvaluated: ['write me'] },
  ],
} satisfies RuleCases;
`;
}

function testText(folder: string, rule: string): string {
  return `import rule from '../../../rules/${folder}/${rule}.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './${rule}.cases.ts';

ruleTable(rule, cases);
`;
}
