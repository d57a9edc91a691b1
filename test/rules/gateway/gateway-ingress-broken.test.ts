import rule from '../../../rules/gateway/gateway-ingress-broken.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './gateway-ingress-broken.cases.ts';

ruleTable(rule, cases);
