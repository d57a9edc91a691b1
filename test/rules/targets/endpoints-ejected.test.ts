import rule from '../../../rules/targets/endpoints-ejected.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './endpoints-ejected.cases.ts';

ruleTable(rule, cases);
