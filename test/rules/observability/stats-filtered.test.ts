import rule from '../../../rules/observability/stats-filtered.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './stats-filtered.cases.ts';

ruleTable(rule, cases);
