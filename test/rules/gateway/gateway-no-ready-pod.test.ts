import rule from '../../../rules/gateway/gateway-no-ready-pod.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-no-ready-pod.cases.ts';

ruleTable(rule, cases);
