import rule from '../../../rules/targets/node-hostname-unknown.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './node-hostname-unknown.cases.ts';

ruleTable(rule, cases);
