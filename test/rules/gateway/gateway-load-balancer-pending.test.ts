import rule from '../../../rules/gateway/gateway-load-balancer-pending.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-load-balancer-pending.cases.ts';

ruleTable(rule, cases);
