import rule from '../../../rules/observability/access-log-not-stdout.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './access-log-not-stdout.cases.ts';

ruleTable(rule, cases);
