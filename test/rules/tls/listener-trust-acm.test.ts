import rule from '../../../rules/tls/listener-trust-acm.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './listener-trust-acm.cases.ts';

ruleTable(rule, cases);
