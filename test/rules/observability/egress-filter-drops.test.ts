import rule from '../../../rules/observability/egress-filter-drops.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './egress-filter-drops.cases.ts';

ruleTable(rule, cases);
