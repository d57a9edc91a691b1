import rule from '../../../rules/observability/trace-not-propagated.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './trace-not-propagated.cases.ts';

ruleTable(rule, cases);
