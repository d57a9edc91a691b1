import rule from '../../../rules/targets/node-port-bypasses-envoy.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './node-port-bypasses-envoy.cases.ts';

ruleTable(rule, cases);
