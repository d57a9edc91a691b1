import rule from '../../../rules/matching/route-duplicate.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './route-duplicate.cases.ts';

ruleTable(rule, cases);
