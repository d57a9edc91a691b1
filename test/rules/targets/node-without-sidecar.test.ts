import rule from '../../../rules/targets/node-without-sidecar.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './node-without-sidecar.cases.ts';

ruleTable(rule, cases);
