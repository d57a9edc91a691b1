import rule from '../../../rules/gateway/gateway-health-check-404.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-health-check-404.cases.ts';

ruleTable(rule, cases);
