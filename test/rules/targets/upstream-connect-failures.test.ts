import rule from '../../../rules/targets/upstream-connect-failures.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './upstream-connect-failures.cases.ts';

ruleTable(rule, cases);
