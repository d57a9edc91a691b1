import rule from '../../../rules/matching/order-undefined.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './order-undefined.cases.ts';

ruleTable(rule, cases);
