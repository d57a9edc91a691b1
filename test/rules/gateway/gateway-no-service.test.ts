import rule from '../../../rules/gateway/gateway-no-service.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-no-service.cases.ts';

ruleTable(rule, cases);
