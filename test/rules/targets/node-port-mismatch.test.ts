import rule from '../../../rules/targets/node-port-mismatch.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './node-port-mismatch.cases.ts';

ruleTable(rule, cases);
