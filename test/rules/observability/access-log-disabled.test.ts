import rule from '../../../rules/observability/access-log-disabled.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './access-log-disabled.cases.ts';

ruleTable(rule, cases);
