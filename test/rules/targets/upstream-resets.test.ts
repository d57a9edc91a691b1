import rule from '../../../rules/targets/upstream-resets.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './upstream-resets.cases.ts';

ruleTable(rule, cases);
