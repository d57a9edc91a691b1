import rule from '../../../rules/observability/metrics-not-exported.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './metrics-not-exported.cases.ts';

ruleTable(rule, cases);
