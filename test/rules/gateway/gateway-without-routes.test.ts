import rule from '../../../rules/gateway/gateway-without-routes.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-without-routes.cases.ts';

ruleTable(rule, cases);
