import rule from '../../../rules/observability/access-log-silent.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './access-log-silent.cases.ts';

ruleTable(rule, cases);
