import rule from '../../../rules/gateway/gateway-blocked-by-network-policy.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-blocked-by-network-policy.cases.ts';

ruleTable(rule, cases);
