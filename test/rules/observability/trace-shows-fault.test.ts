import rule from '../../../rules/observability/trace-shows-fault.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './trace-shows-fault.cases.ts';

ruleTable(rule, cases);
