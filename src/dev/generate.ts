import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { logsSchema } from '../report/logs-schema.ts';
import { reportSchema } from '../report/schema.ts';
import { cloudWatchTemplates } from './cloudwatch-alarms.ts';
import { cloudWatchDashboards } from './dashboards/cloudwatch.ts';
import { grafanaDashboard } from './dashboards/grafana.ts';
import { metricsPage } from './metrics-page.ts';
import { leastRightsPage } from './least-rights-page.ts';
import { inhibitRules, prometheusRules } from './prometheus-alerts.ts';
import { loadRule, type RuleFile, ruleFiles } from './rule-files.ts';
import { userRulesPage } from './user-rules-page.ts';
import { rulePage, rulesCatalogue, rulesIndex } from './rule-pages.ts';

/** `npm run gen`: writes everything that is made from rules and types; `--check` writes nothing and fails when something is stale. */
const check = process.argv.includes('--check');
const files: readonly RuleFile[] = ruleFiles();
const loaded = await Promise.all(files.map(async (file) => ({ ...file, ...(await loadRule(file)) })));
const alerting = loaded.flatMap(({ rule: { id, title, alert } }) => (alert ? [{ id, title, alert }] : []));
const wanted = new Map<string, string>([
  ['rules/index.ts', rulesIndex(files)],
  ['rules/README.md', rulesCatalogue(loaded)],
  ...loaded.map((entry): [string, string] => [`rules/${entry.family}/${entry.id}.md`, rulePage(entry)]),
  ['rules/alerts/prometheus.yaml', prometheusRules(alerting)],
  ['rules/alerts/alertmanager-inhibit.yaml', inhibitRules()],
  ...cloudWatchTemplates().map(([name, text]): [string, string] => [`rules/alerts/cloudwatch/${name}.json`, text]),
  ['dashboards/grafana/gateway.json', grafanaDashboard()],
  ...cloudWatchDashboards().map(([name, text]): [string, string] => [`dashboards/cloudwatch/${name}.json`, text]),
  ['docs/metrics.md', metricsPage()],
  ['docs/user-rules.md', userRulesPage()],
  ['docs/least-rights.md', leastRightsPage()],
  ['docs/report.schema.json', `${JSON.stringify(reportSchema, null, 2)}\n`],
  ['docs/logs.schema.json', `${JSON.stringify(logsSchema, null, 2)}\n`],
]);
const stale = [...wanted].filter(([path, text]) => read(path) !== text);
for (const [path, text] of stale) {
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const what = stale.map(([path]) => path).join(', ');
if (stale.length === 0) console.log(`${wanted.size} generated files are fresh`);
else console.log(check ? `stale, run npm run gen: ${what}` : `wrote ${what}`);
if (check && stale.length > 0) process.exitCode = 1;

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
