import rule from '../../../rules/targets/upstream-timeouts.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './upstream-timeouts.cases.ts';

ruleTable(rule, cases);
