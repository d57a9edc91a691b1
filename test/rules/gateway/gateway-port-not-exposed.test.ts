import rule from '../../../rules/gateway/gateway-port-not-exposed.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-port-not-exposed.cases.ts';

ruleTable(rule, cases);
