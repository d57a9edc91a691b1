import rule from '../../../rules/gateway/gateway-pod-failing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-pod-failing.cases.ts';

ruleTable(rule, cases);
