import rule from '../../../rules/control-plane/gateway-pod-empty.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-pod-empty.cases.ts';

ruleTable(rule, cases);
