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

/** Text of every file that is made from rules and types, by its path. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const files: readonly RuleFile[] = ruleFiles();
  const loaded = await Promise.all(files.map(async (file) => ({ ...file, ...(await loadRule(file)) })));
  const alerting = loaded.flatMap(({ rule: { id, title, alert } }) => (alert ? [{ id, title, alert }] : []));
  return new Map<string, string>([
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
}
