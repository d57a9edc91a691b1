import rule from '../../../rules/gateway/gateway-listener-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-listener-missing.cases.ts';

ruleTable(rule, cases);
