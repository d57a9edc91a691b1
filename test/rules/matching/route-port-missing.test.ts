import rule from '../../../rules/matching/route-port-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './route-port-missing.cases.ts';

ruleTable(rule, cases);
