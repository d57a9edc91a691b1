import rule from '../../../rules/gateway/gateway-admin-exposed.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-admin-exposed.cases.ts';

ruleTable(rule, cases);
