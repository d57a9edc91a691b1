import rule from '../../../rules/gateway/load-balancer-targets-unhealthy.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './load-balancer-targets-unhealthy.cases.ts';

ruleTable(rule, cases);
