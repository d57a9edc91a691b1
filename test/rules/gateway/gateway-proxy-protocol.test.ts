import rule from '../../../rules/gateway/gateway-proxy-protocol.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-proxy-protocol.cases.ts';

ruleTable(rule, cases);
