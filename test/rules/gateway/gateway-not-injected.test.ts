import rule from '../../../rules/gateway/gateway-not-injected.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-not-injected.cases.ts';

ruleTable(rule, cases);
